#!/bin/sh
# build.sh SOURCE.c TARGET.cs: a library to preload, as bytes in C#, made by whichever compiler links the native build.
# It needs no version of libc. plain-sysv.c becomes PreloadBytes.PlainSysv.
set -eu
cc=$(command -v clang || command -v gcc)
library=$2.so
"$cc" -O2 -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector -Wall -Wextra -Werror -Wl,-z,noseparate-code -Wl,-z,now -s -o "$library" "$1"
name=$(basename "$1" .c | sed 's/\(^\|-\)\(.\)/\U\2/g')
{
  echo "namespace Crik.Init; internal static partial class PreloadBytes { public static System.ReadOnlySpan<byte> $name => ["
  od -An -v -tu1 "$library" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
  echo "]; }"
} >"$2"
rm "$library"
