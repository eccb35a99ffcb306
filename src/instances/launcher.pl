#!/usr/bin/perl
# Starts one instance and stays as its supervisor: the only process that learns how PID 1 ended.
# The supervisor never leaves the host's namespaces and never needs the daemon: it tells what it knows in a status file.
#
#   supervisor ── fork ── gate: enters the user and network namespace, makes the pid namespace
#        ▲                  └─ fork ── PID 1: mounts its root, leaves ours, becomes `busybox init`
#        └── (subreaper) ◄──────────────┘ the gate is gone, so PID 1's end is told to the supervisor
#
# Arguments are name=value: instance folder status image user net hostname boot.
use strict;
use warnings;
use Config;
use Fcntl qw(:flock :DEFAULT);

my %argument = map { split /=/, $_, 2 } @ARGV;
my $instance = $argument{instance};
my $folder   = $argument{folder};

my %number = $Config{archname} =~ /aarch64/
  ? (unshare => 97, mount => 40, pivot_root => 41, setns => 268, umount2 => 39, prctl => 167, sethostname => 161,
     prlimit => 261, keyctl => 219, close_range => 436, setsid => 157)
  : (unshare => 272, mount => 165, pivot_root => 155, setns => 308, umount2 => 166, prctl => 157, sethostname => 170,
     prlimit => 302, keyctl => 250, close_range => 436, setsid => 112);
my %new = (mnt => 0x00020000, cgroup => 0x02000000, uts => 0x04000000, ipc => 0x08000000, user => 0x10000000,
           pid => 0x20000000, net => 0x40000000);
my ($RDONLY, $NOSUID, $NODEV, $NOEXEC, $REMOUNT, $BIND, $REC, $PRIVATE) = (1, 2, 4, 8, 32, 4096, 0x4000, 0x40000);
my ($SIGHUP, $SIGINT) = (1, 2);

sub call {
    my ($name, @arguments) = @_;
    my $result = syscall($number{$name}, @arguments);
    die "$name: $!\n" if $result < 0;
    return $result;
}

sub mount {
    my ($source, $target, $type, $flags, $options) = @_;
    my @texts = map { "$_\0" } $source, $target, $type, $options // '';
    my $result = syscall($number{mount}, $texts[0], $texts[1], $type eq '' ? 0 : $texts[2], $flags, $texts[3]);
    die "mounting $target: $!\n" if $result < 0;
}

# ---------------------------------------------------------------- what the daemon is told

# A pid alone may be somebody else's tomorrow; with its start time it is not.
sub start_time {
    my ($pid) = @_;
    open my $stat, '<', "/proc/$pid/stat" or return 0;
    my $line = <$stat> // '';
    $line =~ s/.*\) //;
    return (split / /, $line)[19] // 0;
}

sub quote {
    my ($text) = @_;
    $text =~ s/(["\\])/\\$1/g;
    $text =~ s/[^ -~]/ /g;
    return qq("$text");
}

sub report {
    my ($phase, %fact) = @_;
    %fact = (init => 0, how => '', detail => '', %fact);
    my $init_start = $fact{init} ? start_time($fact{init}) : 0;
    my $text = join ', ', qq("phase": "$phase"), qq("bootNumber": $argument{boot}),
      qq("supervisor": {"pid": $$, "startTime": ) . start_time($$) . '}',
      qq("init": {"pid": $fact{init}, "startTime": $init_start}), qq("how": "$fact{how}"),
      '"detail": ' . quote($fact{detail});
    open my $file, '>', "$argument{status}.new" or die "$argument{status}: $!\n";
    print $file "{$text}\n";
    close $file;
    rename "$argument{status}.new", $argument{status} or die "$argument{status}: $!\n";
}

# ---------------------------------------------------------------- the machine, from inside

# The seed is what the daemon wants to be in the root disk. Read out here, written in there: a root disk may hold
# symbolic links of its owner's, and must not lead our hand to a file of the host.
sub read_seed {
    my @records;
    open my $seed, '<', "$folder/seed" or die "$folder/seed: $!\n";
    binmode $seed;
    while (my $head = <$seed>) {
        chomp $head;
        my ($kind, @words) = split / /, $head;
        my $length = pop @words;
        my $body = q();
        read $seed, $body, $length;
        <$seed>;
        push @records, { kind => $kind, words => \@words, body => $body };
    }
    return @records;
}

sub plant {
    my ($record) = @_;
    my ($when, $mode, $path) = @{ $record->{words} };
    return if $when eq 'first' && -e '/var/lib/cloud/data/instance-id';
    my $parent = '';
    for my $part (split m{/}, substr($path, 1, rindex($path, '/') - 1)) {
        $parent .= "/$part";
        mkdir $parent;
    }
    unlink $path;
    sysopen my $file, $path, O_WRONLY | O_CREAT | O_EXCL, oct $mode or do { warn "$path: $!\n"; return };
    binmode $file;
    print $file $record->{body};
    close $file;
    chmod oct $mode, $path;
}

sub mount_devices {
    mount('tmpfs', 'dev', 'tmpfs', $NOSUID, 'mode=755,size=1m');
    # KERNEL: nobody may mknod in a user namespace; the host's own nodes are bound instead.
    for my $device (qw(null zero full random urandom tty)) {
        open my $file, '>', "dev/$device" or die "dev/$device: $!\n";
        mount("/dev/$device", "dev/$device", '', $BIND);
    }
    mkdir "dev/$_" or die "dev/$_: $!\n" for qw(pts shm);
    mount('devpts', 'dev/pts', 'devpts', $NOSUID | $NOEXEC, 'newinstance,ptmxmode=0666,mode=620,gid=5');
    mount('shm', 'dev/shm', 'tmpfs', $NOSUID | $NODEV, 'mode=1777');
    my %link = (ptmx => 'pts/ptmx', fd => '/proc/self/fd', stdin => 'fd/0', stdout => 'fd/1', stderr => 'fd/2');
    symlink $link{$_}, "dev/$_" for keys %link;
}

# What the host tells everybody about itself. The user namespace is the wall; this only draws the curtain.
sub mask_host {
    for my $file (qw(kcore kmsg keys key-users kallsyms timer_list sched_debug sysrq-trigger latency_stats interrupts
                     diskstats partitions modules config.gz)) {
        mount('/dev/null', "proc/$file", '', $BIND) if -e "proc/$file";
    }
    for my $directory (qw(proc/acpi proc/scsi proc/bus proc/irq proc/fs proc/sysvipc/none sys/firmware
                          sys/kernel sys/fs sys/block sys/dev/block sys/module sys/power)) {
        mount('tmpfs', $directory, 'tmpfs', $RDONLY | $NOSUID | $NODEV | $NOEXEC, 'size=0') if -d $directory;
    }
}

sub mount_root {
    # Relative paths: this root may not walk to the folders of the host that they stand for.
    mount($instance, 'root', 'overlay', 0, 'lowerdir=image,upperdir=upper,workdir=work,userxattr');
    chdir 'root' or die "root: $!\n";
    my $inert = $NOSUID | $NODEV | $NOEXEC;
    mount('proc', 'proc', 'proc', $inert);
    mount('sysfs', 'sys', 'sysfs', $inert | $RDONLY);
    mount_devices();
    mount('run', 'run', 'tmpfs', $NOSUID | $NODEV, 'mode=755');
    mkdir 'run/lock';
    chmod 01777, 'run/lock';
    mask_host();
    call('pivot_root', ".\0", ".\0");
    call('umount2', ".\0", 2);
    chdir '/';
}

sub limit_powers {
    # sys_module sys_rawio sys_time audit_control mac_override mac_admin syslog wake_alarm block_suspend audit_read
    # perfmon bpf. Kept: sys_boot (poweroff, reboot), net_admin and net_raw (nft, tcpdump), sys_admin (mount, hostname).
    call('prctl', 24, $_, 0, 0, 0) for 16, 17, 25, 30, 32 .. 39;
    syscall($number{keyctl}, 1, 0);    # a session keyring of its own; not there: nothing is shared
    my ($nofile, $limits) = (7, "\0" x 16);
    syscall($number{prlimit}, 0, $nofile, 0, $limits) == 0 or die "prlimit: $!\n";
    my $hard = (unpack 'QQ', $limits)[1];
    call('prlimit', 0, $nofile, pack('QQ', $hard < 1024 ? $hard : 1024, $hard), 0);
}

sub become_init {
    my @seed = @_;
    call('setsid');
    umask 022;
    call('unshare', $new{mnt} | $new{uts} | $new{ipc} | $new{cgroup});
    call('sethostname', "$argument{hostname}\0", length $argument{hostname});
    mount_root();
    plant($_) for grep { $_->{kind} eq 'file' } @seed;
    limit_powers();
    %ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', TERM => 'linux');
    $ENV{ $_->{words}[0] } = $_->{body} for grep { $_->{kind} eq 'env' } @seed;
    exec { '/bin/busybox' } 'init' or die "/bin/busybox: $!\n";
}

# ---------------------------------------------------------------- the supervisor

sub open_file {
    my ($path) = @_;
    sysopen my $handle, $path, O_RDONLY or die "$path: $!\n";
    return $handle;
}

# KERNEL: overlayfs takes layers of the current mount namespace only, and the current folder is the one thing that
# follows us from one into the next: so the image is brought into it while we may still walk to it.
sub lay_out_image {
    call('unshare', $new{mnt});
    mount('none', '/', '', $REC | $PRIVATE);
    mount($argument{image}, 'image', '', $BIND);
}

# Gives PID 1's pid once it runs `busybox init`; dies with what went wrong before that.
sub boot {
    my ($user, $net) = map { open_file($_) } @argument{qw(user net)};
    my @seed = read_seed();
    chdir "$folder/disk" or die "$folder/disk: $!\n";
    pipe(my $from_gate, my $to_supervisor) or die "pipe: $!\n";
    my $gate = fork // die "fork: $!\n";
    if ($gate == 0) {
        my $said = eval {
            lay_out_image();
            call('setns', fileno $user, $new{user});
            call('setns', fileno $net,  $new{net});
            ($(, $)) = (0, '0 0');
            ($<, $>) = (0, 0);
            call('unshare', $new{pid});
            my $init = fork // die "fork: $!\n";
            if ($init == 0) { become_init(@seed) }
            syswrite $to_supervisor, "pid $init\n";
            1;
        };
        syswrite $to_supervisor, "error $@" unless $said;
        exit($said ? 0 : 71);
    }
    close $to_supervisor;
    # The pipe closes by itself when PID 1 turns into busybox: an end without an error is a machine that runs.
    my $text = do { local $/; <$from_gate> } // '';
    waitpid $gate, 0;
    my ($init)  = $text =~ /^pid (\d+)$/m;
    my ($error) = $text =~ /^error (.*)/ms;
    if (defined $error) {
        waitpid $init, 0 if $init;
        die $error;
    }
    return $init // die "PID 1 was not started\n";
}

sub how_it_ended {
    my ($status) = @_;
    my $signal = $status & 127;
    return ('asked', '') if -e "$folder/stop";
    return ('reboot', '')   if $signal == $SIGHUP;
    return ('poweroff', '') if $signal == $SIGINT;
    return ('crash', $signal ? "PID 1 was killed by signal $signal" : 'PID 1 exited with ' . ($status >> 8));
}

syscall($number{close_range}, 3, 0xffff, 0);    # whatever the daemon was started with is not for an instance
open my $lock, '>>', "$folder/lock" or die "$folder/lock: $!\n";
exit 75 unless flock $lock, LOCK_EX | LOCK_NB;
$0 = "isthmus-instance $instance";
call('prctl', 36, 1, 0, 0, 0);    # PR_SET_CHILD_SUBREAPER

sub finish {
    my ($how, $detail) = @_;
    close $lock;    # ORDER: first, or who hears of the end and starts anew would find it held
    report('ended', how => $how, detail => $detail);
    exit 0;
}

report('booting');
while (1) {
    my $begun = time;
    my $init = eval { boot() };
    finish('failed', $@) unless $init;
    report('running', init => $init);
    waitpid $init, 0;
    my ($how, $detail) = how_it_ended($?);
    finish($how, $detail) unless $how eq 'reboot';
    report('rebooting');
    sleep 1 if time - $begun < 2;    # a machine that reboots in its first breath must not take a processor
}
