# Asks a DNS server as fast as it answers: dns-load.pl ADDRESS SECONDS WINDOW FILE. The file has a query in hexadecimal on each line.
# So many questions are always under way; prints how many answers came and in how many seconds.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time);

my ($address, $seconds, $window, $file) = @ARGV;
open(my $lines, '<', $file) or die "$file: $!";
my @queries = map { chomp; pack('H*', $_) } <$lines>;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4 << 20);
# What was lost is asked anew after a while of silence.
setsockopt($socket, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 0, 200_000));
connect($socket, pack_sockaddr_in(53, inet_aton($address))) or die "connect: $!";

my ($sent, $answers) = (0, 0);
my $ask = sub { send($socket, $queries[$sent++ % @queries], 0) };
$ask->() for 1 .. $window;
my $start = time;
my $end = $start + $seconds;
# The clock is looked at now and then: it costs as much as an answer.
while ($answers % 256 || time < $end) {
    if (defined recv($socket, my $answer, 4096, 0)) {
        $answers++;
        $ask->();
    } else {
        last if time >= $end;
        $ask->() for 1 .. $window;
    }
}
printf "%d %.6f\n", $answers, time - $start;
