#!/bin/busybox sh
# The first process of the guest. Its root is the host's, which it cannot write to: where programs write, memory is
# mounted. Results go to the second serial port; the kernel and everything else have the first.
PATH=/bin
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod "$module"; done
busybox mount -t virtiofs -o ro host /host
busybox mount -t proc proc /host/proc
busybox mount -t sysfs sys /host/sys
busybox mount -t devtmpfs dev /host/dev
busybox mkdir /before
busybox mount --bind /host /before
for folder in /tmp /run; do busybox mount -t tmpfs memory "/host$folder"; done
# Where the tests themselves are in such a folder they are still wanted.
folder=$(busybox cat /folder)
case $folder in
/tmp/* | /run/*)
  busybox mkdir -p "/host$folder"
  busybox mount --bind "/before$folder" "/host$folder"
  ;;
esac
busybox stty -F /dev/ttyS1 raw
busybox cp -r /job /programs /host/run
# The root is changed by the first process itself: so it is for the kernel too, which finds its modules there.
exec busybox switch_root -c /dev/ttyS0 /host /bin/sh /run/job
