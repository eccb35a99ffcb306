#!/bin/sh
# Run by mmdebstrap with the new root disk as $1, once every package is there: what makes a Debian an instance's image.
set -eu
target=$1

cd "$(dirname "$0")/root"
find . -type f | while read -r file; do
  mode=644
  [ -x "$file" ] && mode=755
  install -D --owner=root --group=root --mode=$mode "$file" "$target/$file"
done
chmod 440 "$target/etc/sudoers.d/90-cloud-init-users"

for name in init halt poweroff reboot; do
  ln -sf /bin/busybox "$target/usr/sbin/$name"
done
ln -sf /usr/bin/vim.tiny "$target/usr/local/bin/vim"
chroot "$target" useradd --create-home --shell /bin/bash --uid 1000 ec2-user

# Installed, and started when somebody asks: `nginx`, `service nginx start`, `update-rc.d nginx enable`.
for service in nginx sudo procps; do
  chroot "$target" update-rc.d "$service" disable
done

: > "$target/etc/environment"
: > "$target/etc/resolv.conf"
rm -f "$target/etc/hostname" "$target/etc/machine-id" "$target/etc/apt/apt.conf.d/99mmdebstrap"
# Not /tmp: mmdebstrap keeps apt's settings there until it is done; without them apt would turn to the host's own lists.
rm -rf "$target"/var/log/*.log "$target/var/log/apt"
