#!/bin/sh
# build.sh SOURCE.c TARGET.cs: a library to preload, as bytes in C#, made by whichever compiler links the native build.
# It needs no version of libc. plain-sysv.c becomes PreloadBytes.PlainSysv.
set -eu
cc=$(command -v clang || command -v gcc)
library=$2.so
"$cc" -Os -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector -Wall -Wextra -Werror -fno-asynchronous-unwind-tables \
  -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,now -Wl,--hash-style=gnu -Wl,--build-id=none -s -o "$library" "$1"
name=$(basename "$1" .c | sed 's/\(^\|-\)\(.\)/\U\2/g')
{
  echo "namespace Crik.Init; internal static partial class PreloadBytes { public static System.ReadOnlySpan<byte> $name => ["
  od -An -v -tu1 "$library" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
  echo "]; }"
} >"$2"
rm "$library"
