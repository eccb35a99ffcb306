# Watches a TCP service from inside a network namespace, with a new connection every millisecond. One command per line:
#   open ADDRESS PORT LIMIT_MS   the moment the first byte of an HTTP answer is there
#   shut ADDRESS PORT LIMIT_MS   the moment of the first connection that is no longer answered
# It says `go`, and then that moment in nanoseconds of the monotonic clock, or `never`.
use strict;
use warnings;
use Errno qw(EINPROGRESS);
use Fcntl;
use Socket;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

$| = 1;
my $pause       = 0.001;
my $answerLimit = 0.25;    # a connection not made by then is not answered
my $enough      = 200;     # connections that wait at once

sub now { clock_gettime(CLOCK_MONOTONIC) }

sub dial {
    my ($where) = @_;
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    fcntl($socket, F_SETFL, O_NONBLOCK) or die "fcntl: $!";
    setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));    # closing leaves nothing behind
    my $sent = now();
    connect($socket, $where) or $! == EINPROGRESS or return undef;
    return { socket => $socket, sent => $sent, state => 'dialled' };
}

sub watch {
    my ($mode, $address, $port, $limitMs) = @_;
    my $where = pack_sockaddr_in($port, inet_aton($address));
    my $end   = now() + $limitMs / 1000;
    my @calls;
    print "go\n";
    while ((my $now = now()) < $end) {
        if ($mode eq 'open') { @calls = grep { $now - $_->{sent} < $answerLimit } @calls }
        elsif (@calls && $now - $calls[0]{sent} >= $answerLimit) { return $calls[0]{sent} }
        if (@calls < $enough * 2) { my $call = dial($where); push @calls, $call if $call }
        my ($read, $write) = ('', '');
        for (@calls) { vec($_->{state} eq 'asked' ? $read : $write, fileno($_->{socket}), 1) = 1 }
        select($read, $write, undef, $pause);
        my @open;
        for my $call (@calls) {
            my $fd = fileno($call->{socket});
            if (vec($write, $fd, 1)) {
                my $refused = unpack('i', getsockopt($call->{socket}, SOL_SOCKET, SO_ERROR));
                if ($mode eq 'shut') { @open = () unless $refused; next unless $refused; }
                next if $refused;
                syswrite($call->{socket}, "GET / HTTP/1.0\r\n\r\n");
                $call->{state} = 'asked';
            }
            elsif (vec($read, $fd, 1)) {
                return now() if sysread($call->{socket}, my $byte, 1);
                next;
            }
            push @open, $call;
        }
        @calls = @open;
        my $left = $pause - (now() - $now);
        select(undef, undef, undef, $left) if $left > 0;
    }
    return undef;
}

while (my $line = <STDIN>) {
    my $moment = watch(split ' ', $line);
    print defined $moment ? sprintf("%.0f\n", $moment * 1e9) : "never\n";
}
