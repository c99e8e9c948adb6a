# Holds a JSON document on standard input to the schema named in the call, as far as the words go
# that our schemas use; members that a schema does not name are faults too.
use strict;
use warnings;
use JSON::PP;

my $text = do { local $/; open my $file, '<', $ARGV[0] or die "$ARGV[0]: $!\n"; <$file> };
my $schema = JSON::PP->new->decode($text);
my $document = JSON::PP->new->decode(do { local $/; <STDIN> });

my %words = map { $_ => 1 }
    qw(type required properties items enum const pattern $ref $schema $defs title);

sub type_of {
    my ($value) = @_;
    return 'null' unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return 'object' if ref $value eq 'HASH';
    return 'array' if ref $value eq 'ARRAY';
    # A number has kept that it is one.
    return JSON::PP->new->allow_nonref->encode($value) =~ /^-?[0-9]+$/ ? 'integer' : 'string';
}

sub hold {
    my ($value, $rule, $at) = @_;
    exists $words{$_} or die "the schema says $_, which is not checked\n" for keys %$rule;
    if (defined $rule->{'$ref'}) {
        my ($name) = $rule->{'$ref'} =~ m{^#/\$defs/(\w+)$} or die "a strange reference\n";
        return hold($value, $schema->{'$defs'}{$name}, $at);
    }
    my $type = type_of($value);
    my @types = ref $rule->{type} ? @{$rule->{type}} : ($rule->{type});
    unless (grep { $_ eq $type } @types) {
        print "$at is of type $type\n";
        return;
    }
    print "$at is $value\n" if defined $rule->{const} && $value ne $rule->{const};
    print "$at is $value\n" if $rule->{enum} && !grep { $_ eq $value } @{$rule->{enum}};
    print "$at is $value\n" if defined $rule->{pattern} && $value !~ /$rule->{pattern}/;
    if ($type eq 'array') {
        hold($value->[$_], $rule->{items}, "$at\[$_]") for 0 .. $#$value;
    } elsif ($type eq 'object') {
        exists $value->{$_} or print "$at has no $_\n" for @{$rule->{required}};
        for my $key (sort keys %$value) {
            my $inner = $rule->{properties}{$key};
            $inner ? hold($value->{$key}, $inner, "$at.$key") : print "$at has a $key\n";
        }
    }
}

hold($document, $schema, 'the document');
