#!/usr/bin/perl
# Makes the user namespace of one instance and a network namespace owned by it, and mounts both onto files,
# so that they outlive every process. Perl, because perl-base is on every Debian and its syscall() needs no compiler.
#   user-namespace.pl USER_FILE NET_FILE UID_MAP GID_MAP DAEMON_PID        the maps as /proc/PID/uid_map takes them
use strict;
use warnings;
use Config;

my ($user_file, $net_file, $uid_map, $gid_map, $daemon_pid) = @ARGV;
my %number = $Config{archname} =~ /aarch64/
  ? (unshare => 97, mount => 40, setns => 268, prctl => 167)
  : (unshare => 272, mount => 165, setns => 308, prctl => 157);
my ($NEW_USER, $NEW_NET, $MS_BIND, $SET_PDEATHSIG, $KILL) = (0x10000000, 0x40000000, 0x1000, 1, 9);

sub call {
    my ($name, @arguments) = @_;
    syscall($number{$name}, @arguments) >= 0 or die "$name: $!\n";
}

# A file's own mount shows in mountinfo; the path is the fifth field, with octal escapes for blanks.
sub is_mounted {
    my ($file) = @_;
    open my $mounts, '<', '/proc/self/mountinfo' or die "mountinfo: $!\n";
    while (<$mounts>) {
        my $path = (split)[4];
        $path =~ s/\\([0-7]{3})/chr oct $1/ge;
        return 1 if $path eq $file;
    }
    return 0;
}

sub bind_mount {
    my ($source, $target) = @_;
    call('mount', "$source\0", "$target\0", 0, $MS_BIND, 0);
}

# KERNEL: a map is accepted in one write() only.
sub write_once {
    my ($file, $text) = @_;
    open my $handle, '>', $file or die "$file: $!\n";
    syswrite($handle, $text) == length $text or die "$file: $!\n";
}

# We end with the daemon that asked: the next one makes the same namespaces, and two mounts on one file would hide one.
call('prctl', $SET_PDEATHSIG, $KILL, 0, 0, 0);
exit 1 if getppid != $daemon_pid;

my $user_exists = is_mounted($user_file);
exit 0 if $user_exists && is_mounted($net_file);

pipe(my $from_child, my $to_parent) or die "pipe: $!\n";
pipe(my $from_parent, my $to_child) or die "pipe: $!\n";
my $child = fork // die "fork: $!\n";
if ($child == 0) {
    close $to_child;
    if ($user_exists) {
        open my $user, '<', $user_file or die "$user_file: $!\n";
        call('setns', fileno $user, $NEW_USER);
    } else {
        call('unshare', $NEW_USER);
    }
    syswrite $to_parent, 'u';
    sysread $from_parent, my $mapped, 1;
    # ORDER: the map first, so that the network namespace's sysctls and devices belong to its root from the start.
    call('unshare', $NEW_NET);
    syswrite $to_parent, 'n';
    sysread $from_parent, my $done, 1;
    exit 0;
}
close $to_parent;
sysread($from_child, my $made_user, 1) or die "no user namespace was made\n";
unless ($user_exists) {
    write_once("/proc/$child/uid_map", $uid_map);
    write_once("/proc/$child/gid_map", $gid_map);
}
syswrite $to_child, 'm';
sysread($from_child, my $made_net, 1) or die "no network namespace was made\n";
# ORDER: user before net. A network file that is mounted means that both are.
bind_mount("/proc/$child/ns/user", $user_file) unless $user_exists;
bind_mount("/proc/$child/ns/net", $net_file);
syswrite $to_child, 'd';
waitpid $child, 0;
