"""descriptors.py: prints the numbers of its open descriptors to standard error."""
import os

numbers = []
for number in range(256):
    try:
        os.fstat(number)
        numbers.append(str(number))
    except OSError:
        pass
os.write(2, (' '.join(numbers) + '\n').encode())
