"""generate.py DIRECTORY: writes a C project there that takes a while to compile, unless it is there already."""
import os, sys

FILES = 300
FUNCTION = '''static double f{n}(double x)
{{
    for (int i = 0; i < {n} + 7; i++)
        switch (i % 5) {{
        case 0: x = x * {n}.5 + i; break;
        case 1: x = x > 1e6 ? x / 3 : x + f{previous}(x / 2); break;
        case 2: x -= {n}; break;
        default: x += i * 0.25;
        }}
    return x;
}}
'''
MAKEFILE = '''objects = $(patsubst %.c,%.o,$(wildcard *.c))
program: $(objects)
\tgcc -o $@ $(objects)
%.o: %.c
\tgcc -O2 -c -o $@ $<
'''


def source(number):
    functions = ['static double f0(double x)\n{\n    return x + %d;\n}\n' % number]
    functions += [FUNCTION.format(n=n, previous=n - 1) for n in range(1, 15)]
    return ''.join(functions) + 'double file%d(void)\n{\n    return f14(%d);\n}\n' % (number, number)


def main():
    os.chdir(sys.argv[1])
    if os.path.exists('Makefile'):
        return
    files = {f'file{number}.c': source(number) for number in range(FILES)}
    numbers = range(FILES)
    files['main.c'] = ('#include <stdio.h>\n' + ''.join(f'double file{n}(void);\n' for n in numbers)
                       + 'int main(void)\n{\n    printf("%.6g\\n", ' + ' + '.join(f'file{n}()' for n in numbers) + ');\n}\n')
    files['Makefile'] = MAKEFILE
    for name, text in files.items():
        with open(name, 'w') as file:
            file.write(text)


main()
