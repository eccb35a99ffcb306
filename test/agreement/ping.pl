# One ping: ping.pl ADDRESS MILLISECONDS. Exit 0 when it is answered, 1 when it is not.
use strict;
use warnings;
use Socket;

my ($address, $limit) = @ARGV;
socket(my $socket, PF_INET, SOCK_RAW, 1) or die "socket: $!\n";
my $id = $$ & 0xffff;
my $body = pack('CCnnna8', 8, 0, 0, $id, 1, 'isthmus!');
my $sum = unpack('%32n*', $body);
$sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
substr($body, 2, 2) = pack('n', ~$sum & 0xffff);
exit 1 unless send($socket, $body, 0, pack_sockaddr_in(0, inet_aton($address)));
my $left = $limit / 1000;
while ($left > 0) {
    my $ready = '';
    vec($ready, fileno($socket), 1) = 1;
    (my $found, $left) = select($ready, undef, undef, $left);
    exit 1 unless $found;
    recv($socket, my $packet, 1500, 0);
    my $header = (ord($packet) & 15) * 4;
    my ($type, undef, undef, $got) = unpack('CCnn', substr($packet, $header));
    exit 0 if $type == 0 && $got == $id;
}
exit 1;
