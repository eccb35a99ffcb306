# Pings: ping.pl MILLISECONDS OWN_ADDRESS ADDRESS… sends one echo request to each and prints the addresses that answered.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time);

my ($limit, $own, @addresses) = @ARGV;
socket(my $socket, PF_INET, SOCK_RAW, 1) or die "socket: $!\n";
exit unless bind($socket, pack_sockaddr_in(0, inet_aton($own)));
my $id = $$ & 0xffff;
my %waiting;
for my $number (1 .. @addresses) {
    my $body = pack('CCnnna8', 8, 0, 0, $id, $number, 'isthmus!');
    my $sum = unpack('%32n*', $body);
    $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
    substr($body, 2, 2) = pack('n', ~$sum & 0xffff);
    my $address = $addresses[$number - 1];
    $waiting{$number} = $address if send($socket, $body, 0, pack_sockaddr_in(0, inet_aton($address)));
}
my $end = time + $limit / 1000;
while (%waiting && (my $left = $end - time) > 0) {
    my $ready = '';
    vec($ready, fileno($socket), 1) = 1;
    last unless select($ready, undef, undef, $left) > 0;
    recv($socket, my $packet, 1500, 0);
    my $header = (ord($packet) & 15) * 4;
    my ($type, undef, undef, $got, $number) = unpack('CCnnn', substr($packet, $header));
    next unless $type == 0 && $got == $id;
    my $address = delete $waiting{$number};
    print "$address\n" if defined $address;
}
