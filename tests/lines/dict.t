# Values of directives under 5.0, 4.5 and 4.0, and what the dictionary says about words.

dict source max-message-size 25M => ok
dict source max-message-size 0 => ok
dict source max-message-size unlimited => ok
dict source max-message-size 10485760 => ok
dict source max-message-size bare => error: 1: `bare` does not begin with a number; a size is written like 25M
dict source max-message-size 25MB => error: 1: a size suffix is one letter; write 25M; fix: 25M
dict source max-message-size => error: 1: a value is missing
dict source max-message-size 25M 30M => error: 2: `30M` is one value too many
dict source max-message-size 25M,30M => error: 2: `30M` is one value too many
dict source MAX-MESSAGE-SIZE 25M => ok
dict spool min-free-space 0 => ok
dict spool min-free-space 5G => ok
dict spool min-free-space 5 => error: 1: `5` has no suffix; b, k, m, g or t belongs behind it
dict acct-file max-size 50M => ok
dict acct-file max-size 10K => error: 1: 10K is below 50K
dict acct-file max-size 50 => error: 1: `50` has no suffix; b, k, m, g or t belongs behind it
dict global pmc-acct-min-free-space unlimited => ok

dict domain use-starttls yes => ok
dict domain use-starttls FALSE => ok
dict domain use-starttls on => error: 1: `on` is not yes, no, true or false; write yes; fix: yes
dict domain use-starttls always => error: 1: `always` is not yes, no, true or false
dict domain use-starttls /yes/ => error: 1: a pattern between slashes does not belong here
dict domain use-starttls "" => error: 1: yes or no is missing
dict domain dkim-sign yes => ok
dict domain dkim-sign if-x-dkim-options-present => ok
dict domain dkim-sign sometimes => error: 1: `sometimes` is not yes, no, true or false
dict source add-date-header override => ok
dict domain bounce-upon-no-mx yes => ok
dict domain bounce-upon-no-mx 2d => ok
dict domain bounce-upon-no-mx never => ok
dict4.0 domain bounce-upon-no-mx 2d => error: 1: a duration here exists from PowerMTA 4.5 on; before, it is yes or no
dict4.0 domain bounce-upon-no-mx never => error: 1: a duration here exists from PowerMTA 4.5 on; before, it is yes or no
dict4.0 domain bounce-upon-no-mx no => ok
dict domain bounce-upon-no-mx 1 => error: 1: `1` is not yes, no, true or false; write yes; fix: yes

dict domain max-smtp-out 20 => ok
dict domain max-smtp-out unlimited => error: 1: `unlimited` is not a number
dict domain max-smtp-out 4294967296 => error: 1: 4294967296 is above 4294967295
dict domain max-smtp-out 8 tuning => error: 2: `tuning` is one value too many
dict domain max-errors-per-connection unlimited => ok
dict domain queue-priority 100 => ok
dict domain queue-priority 101 => error: 1: 101 is above 100
dict domain queue-priority 050 => error: 1: `050` has a leading zero; write 50; fix: 50
dict spool priority 0 => error: 1: 0 is below 1
dict global spool-max-recipients auto => ok
dict global spool-max-recipients many => error: 1: `many` is not a number
dict global edns-udp-length 511 => error: 1: 511 is below 512
dict global smtp-server-tls-dh-key-length 2048 => ok
dict global smtp-server-tls-dh-key-length 512 => error: 1: `512` is not one of 1024, 2048, 4096
dict global http-mgmt-port 0 => ok
dict global http-mgmt-port 65536 => error: 1: port 65536 is above 65535
dict domain default-smtp-port 0 => error: 1: port 0 is below 1
dict domain default-smtp-port 2525 => ok

dict domain bounce-after 4d12h => ok
dict domain bounce-after 100 => error: 1: `100` has no unit; w, d, h, m and s are units of time
dict domain bounce-after never => error: 1: `never` does not begin with a number; a duration is written like 4d12h
dict domain backoff-to-normal-after never => ok
dict domain backoff-to-normal-after 1h => ok
dict domain connection-idle-timeout 10m => ok
dict domain connection-idle-timeout 11m => error: 1: 11m is above 10m
dict acct-file http-webhook-max-interval 59s => error: 1: 59s is below 1m
dict acct-file http-webhook-max-interval 1m => ok
dict domain retry-after 10m => ok
dict domain retry-after 10m,1h,4h => ok
dict domain retry-after 10m, 1h => ok
dict domain retry-after 10m 1h => error: 2: a comma is missing before `1h`
dict domain retry-after 10m,1x => error: 2: `x` is not a unit of time; w, d, h, m and s are
dict4.0 domain retry-after 10m,1h => error: 2: a list of durations exists from PowerMTA 4.5 on
dict4.5 domain retry-after 10m,1h => ok
dict acct-file delete-after 8d => ok
dict acct-file delete-after never => ok
dict acct-file delete-after 1w => error: 1: `1w` is not a number of days like 8d; fix: 7d
dict acct-file delete-after 12h => error: 1: `12h` is not a number of days like 8d
dict acct-file delete-after 8 => error: 1: `8` is not a number of days like 8d
dict acct-file delete-after d => error: 1: a number is missing

dict domain max-msg-rate 100/h => ok
dict domain max-msg-rate unlimited => ok
dict domain max-msg-rate 0 => ok
dict domain max-msg-rate 100/15m => ok
dict4.5 domain max-msg-rate 100/15m => error: 1: an interval of several units, `15m`, exists from PowerMTA 5.0 on
dict4.5 domain max-msg-rate 100/m => ok
dict domain max-msg-rate 100/M => error: 1: M is not a unit of time: write 100/m or 100/min
dict domain max-msg-rate 250/hour => error: 1: `hour` is not a unit of time here; write 250/h; fix: 250/h
dict domain max-msg-rate 0/h => error: 1: the number of a rate must not be zero
dict domain max-data-volume-rate 10g/2h => ok
dict4.5 domain max-data-volume-rate 10g/2h => error: 1: an interval of several units, `2h`, exists from PowerMTA 5.0 on
dict domain max-cold-virtual-mta-msg 50/d,100/day => ok
dict domain max-cold-virtual-mta-msg 400/day => ok
dict domain max-cold-virtual-mta-msg 50/h => error: 1: `h` is not a unit here; only d and day are
dict domain max-cold-virtual-mta-msg 50 => error: 1: `50` has no unit; write 50/d; fix: 50/d
dict domain max-cold-virtual-mta-msg x/d => error: 1: `x` is not a number

dict domain type smtp => ok
dict domain type http-delivery => ok
dict4.5 domain type http-delivery => error: 1: `http-delivery` exists from PowerMTA 5.0 on
dict domain type lmtp => error: 1: `lmtp` is not one of smtp, pipe, file, discard, http-delivery
dict domain dkim-algorithm rsa-sha256 => ok
dict domain dkim-algorithm ed25519 => error: 1: `ed25519` is not one of rsa-sha1, rsa-sha256
dict domain disable-acct-records d,b => ok
dict domain disable-acct-records "" => ok
dict domain disable-acct-records d,r => error: 2: `r` is not one of d, b, t, tq
dict signals engagement-tracking true => ok

dict global name-server 192.0.2.53 => ok
dict global name-server ns1.example.com => error: 1: `ns1.example.com` is a name, not an address
dict global http-mgmt-source 10/8 => ok
dict virtual-mta smtp-source-host 192.0.2.1 mail.example.com => ok
dict virtual-mta smtp-source-host 2001:db8::1 mail.example.com => ok
dict virtual-mta smtp-source-host 192.0.2.0/28 mail.example.com => ok
dict virtual-mta smtp-source-host 192.0.2.1 => error: 2: a value is missing behind `192.0.2.1`
dict virtual-mta smtp-source-host 192.0.2.1 192.0.2.2 => error: 2: `192.0.2.2` is an address, not a hostname
dict virtual-mta smtp-source-host mail.example.com 192.0.2.1 => error: 1: `mail.example.com` is a name, not an address
dict virtual-mta smtp-source-host 192.0.2.1, mail.example.com => error: 2: no comma belongs before `mail.example.com`
dict virtual-mta smtp-source-host 192.0.2.1 bücher.example => error: 2: `ü` is not ASCII; fix: xn--bcher-kva.example
dict global host-name mail.example.com => ok
dict global host-name mail => error: 1: `mail` is not fully qualified: it has no domain
dict global ip-connection-limit 10/8 5 => ok
dict global mx-connection-limit [*.]example.com 5 => ok
dict global mx-connection-limit * 5 => ok
dict domain source-ip-max-msg-rate 0/0 100/h => ok
dict domain source-ip-max-data-volume-rate 10/8 1g/h => ok
dict domain source-ip-max-smtp-out 10/8 unlimited => ok
dict global http-access 0/0 none => ok
dict global http-access ::1 monitor => ok
dict global http-access 10/8 monitor,deny-logs => ok
dict4.5 global http-access 10/8 monitor,deny-logs => error: 3: `deny-logs` exists from PowerMTA 5.0 on
dict global http-access 10/8 admin,deny-logs => error: 3: deny-logs belongs to monitor, not to admin
dict global http-access 10/8 monitor,logs => error: 3: `logs` is not deny-logs, the only word that may follow
dict global http-access 10/8 => error: 2: a value is missing behind `10/8`
dict global http-access 10/8 root => error: 2: `root` is not one of none, monitor, operator, admin
dict global http-access 127.0.0.1:8080 admin => error: 1: `:8080` is no part of an IPv4 address
dict global smtp-listener 0/0:25 => ok
dict global smtp-listener 0.0.0.0:587 source=submission => ok
dict global smtp-listener 0.0.0.0:465 source=submission tls=yes => ok
dict global smtp-listener 0.0.0.0 => error: 1: the port is missing; write 0.0.0.0:25, for example
dict global smtp-listener 0.0.0.0:25 source= => error: 2: the name of a source is missing behind `=`
dict global smtp-listener 0.0.0.0:25 starttls=yes => error: 2: `starttls=yes` is no option of a listener; source=NAME and tls=yes are
dict global smtp-listener 0.0.0.0:25 tls=on => error: 2: `on` is not yes, no, true or false; write yes
dict proxy server 192.0.2.9:5000 => ok
dict proxy server proxy.example.com:5000 => ok
dict proxy server [2001:db8::1]:5000 => ok
dict proxy server proxy.example.com => error: 1: `proxy.example.com` is not HOST:PORT
dict proxy server proxy.example.com:0 => error: 1: port 0 is below 1
dict proxy client 192.0.2.9 out.example.com => ok
dict proxy client 192.0.2.9:0 out.example.com => ok
dict proxy client proxy.example.com out.example.com => error: 1: `proxy.example.com` is a name, not an address
dict virtual-mta smtp-proxy-source-host 192.0.2.1 192.0.2.9:5000 192.0.2.9 out.example.com => ok
dict virtual-mta smtp-proxy-source-host 192.0.2.1 192.0.2.9 192.0.2.9 out.example.com => error: 2: `192.0.2.9` is not HOST:PORT

dict domain smtp-hosts mx.example.com => ok
dict domain smtp-hosts mx.example.com:587 => ok
dict domain smtp-hosts [192.0.2.1]:25025 => ok
dict domain smtp-hosts [IPv6:2001:db8::1]:25 => ok
dict domain smtp-hosts lookup-mx:example.com => ok
dict domain smtp-hosts a.example.com,b.example.com => ok
dict domain smtp-hosts "a.example.com,b.example.com;c.example.com:26" => ok
dict domain smtp-hosts "a.example.com; b.example.com" => ok
dict domain smtp-hosts "" => ok
dict domain smtp-hosts 192.0.2.1 => error: 1: an address stands in brackets here: [192.0.2.1]; fix: [192.0.2.1]
dict domain smtp-hosts 192.0.2.1:25 => error: 1: an address stands in brackets here: [192.0.2.1]; fix: [192.0.2.1]:25
dict domain smtp-hosts "a.example.com;" => error: 1: a host is missing
dict domain smtp-hosts "a.example.com;b_c.example.com" => error: 1: `_` may not stand in a hostname
dict domain smtp-hosts mx.example.com:smtp => error: 1: `smtp` is not a number
dict domain smtp-hosts mx.example.com:99999 => error: 1: port 99999 is above 65535
dict domain smtp-hosts [192.0.2.1 => error: 1: the bracket is not closed
dict domain smtp-hosts lookup-mx: => error: 1: a hostname is missing
dict domain smtp-hosts lookup-mx:ex_ample.com => error: 1: `_` may not stand in a hostname
dict domain route [127.0.0.1]:25 => ok

dict global relay-domain example.com => ok
dict global relay-domain [*.]example.com => ok
dict global relay-domain [10/8] => ok
dict global relay-domain $brand.com => ok
dict global relay-domain localhost => ok
dict global relay-domain exam_ple.com => error: 1: `_` may not stand in a hostname
dict address-list domain example.com => ok
dict address-list domain $mine => ok
dict address-list domain *.example.com => error: 1: `*.example.com` is a pattern; a complete domain is wanted
dict domain queue-to "gmail.rollup" => ok
dict domain queue-to {sparkpost} => ok
dict domain queue-to "" => ok
dict domain queue-to { => error: 1: `{` is not a name in braces
dict mx-rollup-list mx *.google.com google.rollup => ok
dict mx-rollup-list mx *.google.com => error: 2: a value is missing behind `*.google.com`
dict rewrite-list from-domain *.example.com example.net => ok
dict acct-file queue-filter example.com/v1,!*/v2 => ok
dict acct-file queue-filter [10/8]/v1 => ok
dict acct-file queue-filter example.com => error: 1: `example.com` is not DOMAIN/VMTA
dict acct-file queue-filter {sparkpost}/v1 => error: 1: a reserved name may not stand here
dict acct-file queue-filter example.com/ => error: 1: the name of a virtual MTA is missing behind the slash
dict global domain-macro big gmail.com,yahoo.com => ok
dict global domain-macro tld .com, .net => ok
dict global domain-macro big gmail.com yahoo.com => error: 3: a comma is missing before `yahoo.com`
dict global domain-macro big => error: 2: a value is missing behind `big`
dict global domain-macro big-ones gmail.com => error: 1: `-` may not stand in the name of a macro; letters, digits and `_` may
dict global domain-macro big $other,x.com => ok
dict global domain-macro big a/b => error: 2: `/` may not stand in a domain

dict global domain-key s1,example.com,/etc/pmta/key.pem => ok
dict global domain-key s1, example.com, /etc/pmta/key.pem => ok
dict global domain-key s1,*,/etc/pmta/key.pem => ok
dict global domain-key s1,$brand.com,/etc/pmta/key.pem => ok
dict global domain-key s1,*,{vault}:/v1/dkim:key => ok
dict global domain-key s1,*,{vault}:v1/dkim:key => error: 3: `{vault}:v1/dkim:key` is not {vault}:/PATH:KEY
dict global domain-key s1,*,{vault}:/v1/dkim => error: 3: the key is missing behind `{vault}:/v1/dkim`
dict global domain-key s1,*.example.com,/etc/pmta/key.pem => error: 2: `*.example.com` is a pattern; a complete domain is wanted
dict global domain-key s_1,example.com,/etc/pmta/key.pem => error: 1: `_` may not stand in a selector; letters, digits, `-` and `.` may
dict global domain-key s1,/etc/pmta/key.pem => error: 3: a value is missing behind `/etc/pmta/key.pem`
dict global domain-key s1 example.com /etc/pmta/key.pem => error: 2: a comma is missing before `example.com`
dict global domain-key s1,example.com,a,/etc/pmta/key.pem => error: 4: `/etc/pmta/key.pem` is one value too many

dict global postmaster postmaster@example.com => ok
dict global postmaster postmaster => error: 1: `postmaster` has no `@`
dict domain backoff-notify a@example.com,b@example.com => ok
dict domain backoff-notify "" => ok
dict domain backoff-notify a@example.com b@example.com => error: 2: a comma is missing before `b@example.com`
dict global alias a@example.com b@example.com => ok
dict source bcc "" => error: 1: an e-mail address is missing
dict domain bcc-upon-delivery "" => ok
dict rewrite-list mail-from *@example.com bounce@example.net => ok
dict rewrite-list mail-from <> bounce@example.net => ok
dict rewrite-list mail-from <> *@example.net => error: 2: `*` stands for nothing here: the first address is `<>`
dict rewrite-list mail-from *@* *@example.net => ok
dict rewrite-list mail-from example.com a@example.net => error: 1: `example.com` has no `@`
dict rewrite-list mail-from a@example.com ü@example.net => error: 2: the second address must be ASCII
dict address-list address abuse@example.com => ok
dict address-list address /^abuse@/ => ok
dict address-list address /^abuse => error: 1: the pattern has no closing slash
dict address-list address abuse => error: 1: `abuse` has no `@`
dict domain dkim-identity sender-or-from => ok
dict domain dkim-identity @example.com => ok
dict domain dkim-identity a@example.com => ok
dict domain dkim-identity example.com => error: 1: `example.com` has no `@`
dict domain dkim-identity-fallback strict-from => error: 1: `strict-from` has no `@`
dict source jobid-header X-Campaign => ok
dict source jobid-header X-Campaign: => error: 1: `:` may not stand in the name of a header; fix: X-Campaign
dict source remove-header X-Mailer,X-Priority => ok
dict source remove-header "" => ok
dict source remove-header X\x01 => error: 1: `\x01` may not stand in the name of a header
dict domain dkim-headers List-Id, /^X-/ => ok
dict domain dkim-headers from:to => error: 1: `:` may not stand in the name of a header
dict domain dkim-headers /^X- => error: 1: the pattern has no closing slash

dict global log-file /var/log/pmta/log => ok
dict global log-file log/pmta.log => error: 1: `log/pmta.log` does not begin at the root, as /var/log/pmta.log does
dict global log-file /x/ => ok
dict global pickup /var/pickup /var/bad => ok
dict global pickup /pickup/ /bad/ => ok
dict global pickup /var/pickup => error: 2: a value is missing behind `/var/pickup`
dict acct-file move-to "" => error: 1: a path is missing
dict acct-file move-to a\x07b => error: 1: `\x07` may not stand in a path
dict global include /etc/pmta/vmtas/*.conf => ok
dict global include https://config.example.com/pmta => ok
dict global include https://user@config.example.com/pmta => error: 1: a user name may not stand in the address
dict domain http-delivery-url https://hook.example.com/in => ok
dict domain http-delivery-url http://192.0.2.1:8080/in => ok
dict domain http-delivery-url http://[2001:db8::1]:8080/in => ok
dict domain http-delivery-url ftp://hook.example.com/in => error: 1: `ftp://hook.example.com/in` does not begin with http:// or https://
dict domain http-delivery-url https://hook.example.com/in?x=1 => error: 1: a query may not stand in the address
dict domain http-delivery-url https://hook.example.com/in#x => error: 1: a fragment may not stand in the address
dict domain http-delivery-url https://me:pw@hook.example.com/in => error: 1: a user name may not stand in the address
dict domain http-delivery-url https:///in => error: 1: the host is missing
dict domain http-delivery-url https://[::1/in => error: 1: the bracket is not closed
dict domain http-delivery-url https://hook.example.com:0/in => error: 1: port 0 is below 1
dict signals upload-url http://api.example.com/x => error: 1: the address must begin with https://
dict vault server-url https://vault.example.com:8200 => ok
dict vault server-url https://vault.example.com/v1 => error: 1: no path may follow the server
dict global smtp-server-tls-certificate /etc/pmta/cert.pem => ok
dict global smtp-server-tls-certificate /etc/pmta/cert.pem "se cret" => ok
dict global smtp-server-tls-certificate /etc/pmta/cert.pem a b => error: 3: `b` is one value too many
dict smtp-user password "s3cret" => ok
dict smtp-user password "" => error: 1: the text is empty
dict domain auth-username "" => ok
dict domain auth-password "" => error: 1: the text is empty
dict transmissions-api api-key abcdefghijklmnopqrstuvwxyz_012345 => ok
dict transmissions-api api-key short => error: 1: the key has 5 characters, fewer than 32
dict transmissions-api api-key abcdefghijklmnopqrstuvwxyz-012345 => error: 1: `-` may not stand in the key, only letters, digits and `_` may
dict signals api-key 0123456789abcdef0123456789abcdef01234567 => ok
dict signals api-key 0123456789abcdef0123456789abcdef012345678 => error: 1: the key has 41 characters, more than 40
dict signals api-key 0123456789abcdef0123456789abcdef0123456g => error: 1: `g` may not stand in the key, only hexadecimal digits may
dict acct-file privacy-policy retain => ok
dict acct-file privacy-policy siphash "some key" => ok
dict acct-file privacy-policy hmac-sha256-hexkey 00ff => ok
dict acct-file privacy-policy hmac-sha256-hexkey 00fg => error: 2: `g` may not stand in the key, only hexadecimal digits may
dict acct-file privacy-policy redact key => error: 2: `redact` takes no key
dict acct-file privacy-policy hide => error: 1: `hide` is not one of retain, redact, siphash, siphash-hexkey, hmac-sha256, hmac-sha256-hexkey

dict source default-virtual-mta pool-1 => ok
dict source default-virtual-mta by-smtp-source-ip => ok
dict source default-virtual-mta pool 1 => error: 2: `1` is one value too many
dict source default-virtual-mta /pool/ => error: 1: a name is wanted, not a pattern
dict domain reroute-to-virtual-mta "" => ok
dict virtual-mta-pool virtual-mta v1 => ok
dict virtual-mta-pool virtual-mta v1 weight 5 => error: 2: `weight` is one value too many
dict smtp-user source {auth} => ok
dict smtp-user source 10/8 => error: 1: `10/8` is a range; the name of a source is wanted
dict source suppression-lists a,b => ok
dict virtual-mta use-proxy p1, p2 => ok
dict virtual-mta cold-virtual-mta 192.0.2.0/24 mail.example.com => error: 2: `mail.example.com` is one value too many
dict virtual-mta enable-signals true => ok
dict virtual-mta enable-signals true,subaccount=5 => ok
dict virtual-mta enable-signals no,subaccount=5 => error: 2: a subaccount belongs to yes, not to no
dict virtual-mta enable-signals true,account=5 => error: 2: `account=5` is not subaccount=N
dict virtual-mta enable-signals true,subaccount=x => error: 2: `x` is not a number
dict virtual-mta enable-signals my-rules => ok

dict pattern-list * virtual-mta=v1 => ok
dict pattern-list mail-from /@a\b.example$/ virtual-mta=v1 => ok
dict pattern-list mail-from /@a/ virtual-mta=v1,recipient-priority=50 => ok
dict pattern-list mail-from /@a/ recipient-priority=101 => error: 2: 101 is above 100
dict pattern-list mail-from /@a/ virtual-mta=v1,virtual-mta=v2 => error: 3: `virtual-mta=` stands twice
dict pattern-list mail-from /@a/ virtual-mta=v1 recipient-priority=5 => error: 3: `recipient-priority=5` must be joined by a comma
dict pattern-list mail-from /@a/ call-to:other => ok
dict pattern-list mail-from /@a/ call-to: other => ok
dict pattern-list mail-from /@a/ call-to:other,virtual-mta=v1 => error: 3: call-to and nested lists stand alone
dict pattern-list mail-from /@a/ call-to: => error: 2: a name is missing
dict pattern-list mail-from /@a/ <pattern-list> => ok
dict pattern-list mail-from /@a/ => error: 2: a value is missing behind `/@a/`
dict pattern-list mail-from @a virtual-mta=v1 => error: 1: `@a` is not a pattern between slashes
dict pattern-list mail-from /@a virtual-mta=v1 => error: 1: the pattern has no closing slash
dict pattern-list mail-from /@a/ v1 => error: 2: `v1` is not virtual-mta=NAME, recipient-priority=N or call-to:LIST
dict pattern-list mail-from // virtual-mta=v1 => ok
dict pattern-list header X-Job /^a/ virtual-mta=v1 => ok
dict pattern-list header /^a/ virtual-mta=v1 => error: 3: a value is missing behind `virtual-mta=v1`
dict pattern-list header X-Job /^a/ => error: 3: a value is missing behind `/^a/`
dict smtp-pattern-list reply /421/ mode=backoff => ok
dict smtp-pattern-list reply /421/ mode=backoff,backoff-to-normal-after=1h => ok
dict smtp-pattern-list reply /421/ backoff-to-normal-after=1h,mode=backoff => error: 2: backoff-to-normal-after=1h needs mode=backoff before it
dict smtp-pattern-list reply /421/ mode=backoff,backoff-to-normal-after=x => error: 3: `x` does not begin with a number; a duration is written like 4d12h
dict smtp-pattern-list reply /421/ mode=backoff,mode=normal => error: 3: mode=normal and mode=backoff exclude each other
dict smtp-pattern-list reply /421/ skip-mx,bounce-queue => error: 3: bounce-queue and skip-mx exclude each other
dict smtp-pattern-list reply /421/ disable-source-ip,reenable-after=1d => ok
dict smtp-pattern-list reply /421/ disable-source-ip,reenable-after=1d,reenable-after=2d => error: 4: `reenable-after=` stands twice
dict smtp-pattern-list reply /421/ reenable-after=1d => error: 2: reenable-after=1d needs disable-source-ip before it
dict smtp-pattern-list reply /421/ mode=temp => error: 2: `mode=temp` is not mode=normal or mode=backoff
dict smtp-pattern-list reply /421/ retry => error: 2: `retry` is not an action
dict smtp-pattern-list reply /421/ skip-mx bounce-rcpt => error: 3: a comma is missing before `bounce-rcpt`
dict smtp-pattern-list reply /421/ => error: 2: a value is missing behind `/421/`
dict smtp-pattern-list reply /421/ defer-queue => ok
dict4.0 smtp-pattern-list reply /421/ defer-queue => error: 2: `defer-queue` exists from PowerMTA 4.5 on
dict bounce-category-patterns /regex/ /spam/ spam-related => ok
dict bounce-category-patterns /regex/ // other => ok
dict bounce-category-patterns /regex/ /spam/ => error: 2: a value is missing behind `/spam/`

dict acct-file records d,b => ok
dict acct-file records feedback-loop => ok
dict acct-file records x => error: 1: `x` is not one of d, b, t, tq, r, f, rb, rs, delivery, bounce, transient, transient-queue, receipt, feedback-loop and others
dict acct-file records d b => error: 2: a comma is missing before `b`
dict acct-file record-fields d * => ok
dict acct-file record-fields d *, header_subject => ok
dict acct-file record-fields b jobId,!rcpt,* => ok
dict acct-file record-fields d => error: 2: a value is missing behind `d`
dict acct-file record-fields d timeLogged rcpt => error: 3: a comma is missing before `rcpt`
dict acct-file record-fields x * => error: 1: `x` is not one of d, b, t, tq, r, f, rb, rs, delivery, bounce, transient, transient-queue, receipt, feedback-loop and others
dict acct-file record-fields d time-logged => error: 2: `-` may not stand in the name of a field
dict acct-file record-fields d header_ => error: 2: the name of a header is missing
dict acct-file record-fields d header_List-Id => ok
dict acct-file map-header-to-field f header_X-To rcpt => ok
dict acct-file map-header-to-field tq header_X-To rcpt => error: 1: `tq` is not one of d, b, t, r, f, rb, rs, delivery, bounce, transient, receipt, feedback-loop, remote-bounce, remote-status
dict acct-file map-header-to-field f X-To rcpt => error: 2: `X-To` is not header_NAME
dict domain require-tls yes => no such directive
dict source require-starttls yes => no such directive

default domain max-smtp-out 20 => yes
default domain max-smtp-out 21 => no
default virtual-mta max-smtp-out 20 => no
default domain use-starttls yes => yes
default domain use-starttls TRUE => yes
default domain use-starttls no => no
default domain use-starttls always => no
default domain bounce-after 4d12h => yes
default domain bounce-after 108h => yes
default domain connection-idle-timeout 0s => yes
default domain max-msg-rate Unlimited => yes
default domain retry-after 10m,20m => no
default domain retry-after 10m => yes
default domain smtp-hosts "" => no
default global http-mgmt-port 8080 => yes
default source add-date-header override => no

syntax domain use-starttls => yes or no
syntax domain dkim-sign => yes or no, or if-x-dkim-options-present
syntax domain max-smtp-out => a number
syntax domain queue-priority => a number from 0 to 100
syntax domain max-errors-per-connection => a number, or unlimited
syntax global http-mgmt-port => a port from 0 to 65535
syntax domain type => one of smtp, pipe, file, discard or http-delivery
syntax acct-file records => a comma list of d, b, t, tq, r, f, rb, rs, delivery, bounce, transient, transient-queue, receipt, feedback-loop, remote-bounce or remote-status
syntax domain disable-acct-records => a comma list of d, b, t, tq or ""
syntax acct-file record-fields => a record type (d, b, t, tq, r, f, rb, rs, delivery, bounce, transient, transient-queue, receipt, feedback-loop, remote-bounce or remote-status), then fields joined by commas: names, *, !NAME or header_NAME
syntax source max-message-size => a size with a suffix like 25M, or 0, unlimited or a number of bytes
syntax acct-file max-size => a size with a suffix like 25M from 50K on
syntax domain connection-idle-timeout => a duration like 4d12h up to 10m
syntax acct-file http-webhook-max-interval => a duration like 4d12h from 1m on
syntax global http-access => an address or a range, then one of none, monitor, operator or admin; `monitor,deny-logs` from 5.0 on
syntax source default-virtual-mta => the name of a virtual MTA or a pool, or by-smtp-source-ip
syntax domain reroute-to-virtual-mta => the name of a virtual MTA or a pool, or ""
syntax transmissions-api api-key => a key of letters, digits and `_`, from 32 to 128 characters long
syntax signals api-key => a key of 40 hexadecimal digits
syntax smtp-pattern-list reply => a /pattern/, then actions joined by commas: mode=normal, mode=backoff, backoff-to-normal-after=DURATION, skip-mx, bounce-queue, bounce-rcpt, disable-source-ip, reenable-after=DURATION or defer-queue
syntax domain source-ip-max-smtp-out => an address or a range, then a number, or unlimited
syntax domain dkim-identity => an e-mail address or @DOMAIN, or sender-or-from or strict-from
syntax domain smtp-hosts => hosts like mx.example.com:25 or [192.0.2.1] joined by `,` and `;`, or lookup-mx:DOMAIN, or ""
syntax acct-file privacy-policy => one of retain, redact, siphash, siphash-hexkey, hmac-sha256 or hmac-sha256-hexkey, then a key where it takes one

scopes max-msg-rate => <domain>
scopes log-tls => <source>, <domain> and <transmissions-api>
scopes max-smtp-out => <domain>, <virtual-mta> and <virtual-mta-pool>
scopes log-file => global
scopes Domain-Key => <virtual-mta>, <virtual-mta-pool>, <domain-key-list> and global
scopes require-tls => 

secret smtp-user password => 0
secret global smtp-server-tls-certificate => 1
secret transmissions-api api-key => 0
secret vault access-token => 0
secret acct-file privacy-policy => 1
secret domain max-smtp-out => -1

foreign require-tls => write `use-starttls yes` and `require-starttls yes` in <domain>
foreign REQUIRE-TLS => write `use-starttls yes` and `require-starttls yes` in <domain>
foreign use-starttls => unknown
foreign nonsense => unknown
