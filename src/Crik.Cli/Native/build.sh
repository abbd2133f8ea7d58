#!/bin/sh
# build.sh SOURCE.c TARGET.cs: makes a library to preload, as bytes in C#, with whichever compiler links the native build.
# It needs no version of libc. plain-sysv.c becomes PreloadBytes.PlainSysv. A source whose name ends in -32 is compiled for 32 bits on
# x86-64; on other machines, where no program of 32 bits is expected, its bytes are none.
set -eu
cc=$(command -v clang || command -v gcc)
library=$2.so
bits=
rm -f "$library"
case $1:$(uname -m) in
  *-32.c:x86_64) bits=-m32 ;;
  *-32.c:*) : >"$library" ;;
esac
# shellcheck disable=SC2086 # bits is no option when it is empty
[ -e "$library" ] || "$cc" $bits -Os -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector -Wall -Wextra -Werror -fno-asynchronous-unwind-tables \
  -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,now -Wl,--hash-style=gnu -Wl,--build-id=none -s -o "$library" "$1"
name=$(basename "$1" .c | sed 's/\(^\|-\)\(.\)/\U\2/g')
{
  echo "namespace Crik.Init; internal static partial class PreloadBytes { public static System.ReadOnlySpan<byte> $name => ["
  od -An -v -tu1 "$library" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
  echo "]; }"
} >"$2"
rm "$library"
