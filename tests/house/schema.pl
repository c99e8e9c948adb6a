# schema.pl SCHEMA DOCUMENT... - holds JSON documents to a schema; prints what is wrong, and nothing
# else.  It knows the words of JSON Schema that ours uses, and refuses others; a member that the
# schema does not name is wrong, though readers pass over it.
use strict;
use warnings;
use JSON::PP;

my %known = map { $_ => 1 } qw($schema definitions $ref title description type required properties
    items enum const minimum minLength pattern allOf anyOf oneOf not);
my ($schema_file, @documents) = @ARGV;
my $json = JSON::PP->new->utf8->allow_nonref;

sub contents {
    open my $in, '<', $_[0] or die "$_[0]: $!\n";
    local $/;
    return scalar <$in>;
}

my $schema = $json->decode(contents($schema_file));

sub type_of {
    my $value = shift;
    return 'null' if !defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return 'array' if ref $value eq 'ARRAY';
    return 'object' if ref $value eq 'HASH';
    my $text = $json->encode($value);
    return $text =~ /^"/ ? 'string' : $text =~ /^-?\d+$/ ? 'integer' : 'number';
}

sub same { return type_of($_[0]) eq type_of($_[1]) && $json->encode($_[0]) eq $json->encode($_[1]) }

# How many of the rules the value obeys.
sub obeyed {
    my ($rules, $value) = @_;
    return scalar grep { my @faults = hold($_, $value, ''); !@faults } @$rules;
}

sub hold {
    my ($rule, $value, $at) = @_;
    if (my $ref = $rule->{'$ref'}) {
        my ($name) = $ref =~ m{^#/definitions/(.*)$} or die "cannot follow $ref\n";
        return hold($schema->{definitions}{$name} // die("no $ref\n"), $value, $at);
    }
    my @faults = map { "$at: the schema says $_" } grep { !$known{$_} } sort keys %$rule;
    my $type = type_of($value);
    if (my $types = $rule->{type}) {
        my @types = ref $types ? @$types : $types;
        return (@faults, "$at: is $type, not @types") if !grep { $_ eq $type } @types;
    }
    push @faults, "$at: is " . $json->encode($value)
        if $rule->{enum} && !grep { same($_, $value) } @{$rule->{enum}};
    push @faults, "$at: is not the constant"
        if exists $rule->{const} && !same($rule->{const}, $value);
    push @faults, "$at: is too small" if defined $rule->{minimum} && $value < $rule->{minimum};
    push @faults, "$at: is too short"
        if $rule->{minLength} && $type eq 'string' && length $value < $rule->{minLength};
    push @faults, "$at: is not like $rule->{pattern}"
        if defined $rule->{pattern} && $type eq 'string' && $value !~ /$rule->{pattern}/;
    push @faults, map { hold($_, $value, $at) } @{$rule->{allOf}};
    push @faults, "$at: obeys no part" if $rule->{anyOf} && !obeyed($rule->{anyOf}, $value);
    push @faults, "$at: obeys not one part" if $rule->{oneOf} && obeyed($rule->{oneOf}, $value) != 1;
    push @faults, "$at: is what it must not be" if $rule->{not} && obeyed([$rule->{not}], $value);
    if ($type eq 'object') {
        push @faults, map { "$at: has no $_" } grep { !exists $value->{$_} } @{$rule->{required}};
        for my $name (sort keys %$value) {
            my $part = $rule->{properties}{$name};
            push @faults, hold($part, $value->{$name}, "$at/$name") if $part;
            push @faults, "$at: has $name, which the schema does not" if $rule->{type} && !$part;
        }
    }
    if ($type eq 'array' && $rule->{items}) {
        push @faults, map { hold($rule->{items}, $value->[$_], "$at/$_") } 0 .. $#$value;
    }
    return @faults;
}

for my $file (@documents) {
    my $document = eval { $json->decode(contents($file)) };
    print defined $document ? map { "$_\n" } hold($schema, $document, $file) : "$file: $@";
}
