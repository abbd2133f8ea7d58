"""Writes what was measured as a table for people, as Markdown, as JSON and as a picture."""
import dataclasses, json, os, statistics

import svg

UNITS = {'ms': 1e-3, 'MiB': 1048576, 'MB': 1e6, '': 1}


@dataclasses.dataclass
class Row:
    """One thing measured of crik and of something else: samples in seconds, bytes or pieces."""
    name: str
    crik: list
    other: list
    against: str
    unit: str
    goal: dict  # ratio: at most so many times the other; more: at most so much on top of it; most: at most so much
    error: str = ''  # why there is nothing to compare

    def middle(self, samples):
        return statistics.median(samples)

    def spread(self, samples):
        return statistics.quantiles(samples, n=4)[::2] if len(samples) > 2 else [min(samples), max(samples)]

    @property
    def ratio(self):
        return None if self.error else self.middle(self.crik) / self.middle(self.other) if self.middle(self.other) else None

    @property
    def most(self):
        """What the goal allows, in the row's own unit."""
        if self.error:
            return None
        other = self.middle(self.other)
        return self.goal['ratio'] * other if 'ratio' in self.goal else other + self.goal['more'] if 'more' in self.goal else self.goal.get('most')

    @property
    def met(self):
        return None if self.most is None else self.middle(self.crik) <= self.most

    def text(self, value):
        value /= UNITS[self.unit]
        return f'{value:.0f}' if value >= 100 or self.unit == '' else f'{value:.3g}'

    def with_spread(self, samples, pairs):
        """The median, its quartiles where they differ, and the number of samples where it is not one of each pair."""
        low, high = (self.text(value) for value in self.spread(samples))
        middle = self.text(self.middle(samples))
        notes = ([] if low == high == middle else [f'{low}–{high}']) + ([] if len(samples) == pairs else [f'n = {len(samples)}'])
        return ' '.join([middle, *([self.unit] if self.unit else []), *([f'({", ".join(notes)})'] if notes else [])])

    def goal_text(self):
        if 'ratio' in self.goal:
            return f'≤ {self.goal["ratio"]} ×'
        if 'more' in self.goal:
            return f'≤ +{self.goal["more"] * 1e3:.0f} ms'
        return f'≤ {self.goal["most"] / UNITS[self.unit]:.3g} {self.unit}' if 'most' in self.goal else ''

    def cells(self, pairs):
        if self.error:
            return [self.name, 'none', 'none', '', self.goal_text(), 'error']
        ratio = '' if self.ratio is None else f'{self.ratio:.2f}'
        return [self.name, self.with_spread(self.crik, pairs), f'{self.against}: {self.with_spread(self.other, pairs)}', ratio, self.goal_text(),
                {None: '', True: 'met', False: 'missed'}[self.met]]


HEAD = ['what', 'crik', 'beside it', 'ratio', 'goal', '']


def table(rows, pairs):
    lines = [HEAD, *(row.cells(pairs) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    return '\n'.join('  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(rows, skipped, facts):
    text = [('One pair' if facts['rounds'] == 1 else f'Medians of {facts["rounds"]} pairs (n: of so many), quartiles in brackets') + f'; {facts["cpu"]}, {facts["cores"]} cores, kernel {facts["kernel"]}, '
            f'level {facts["level"]}, load average {facts["loadAverage"][0]}–{facts["loadAverage"][1]}, {facts["date"]}.', '',
            '| ' + ' | '.join(HEAD) + ' |', '| ' + ' | '.join(['---'] * len(HEAD)) + ' |',
            *('| ' + ' | '.join(row.cells(facts['rounds'])) + ' |' for row in rows)]
    notes = [f'Error: {row.name}: {row.error}.' for row in rows if row.error] + [f'Not measured: {reason}.' for reason in skipped]
    return '\n'.join(text + ([''] + notes if notes else [])) + '\n'


def write(rows, skipped, facts, directory, name):
    """Writes all forms of the report and prints the table. Returns how many errors there are."""
    path = lambda kind: os.path.join(directory, f'{name}.{kind}')
    with open(path('json'), 'w') as file:
        json.dump({'facts': facts, 'skipped': skipped, 'rows': [{**dataclasses.asdict(row), 'ratio': row.ratio, 'met': row.met} for row in rows]}, file, indent=1)
    with open(path('md'), 'w') as file:
        file.write(markdown(rows, skipped, facts))
    with open(path('svg'), 'w') as file:
        file.write(svg.picture([row for row in rows if not row.error], facts))
    print(table(rows, facts['rounds']))
    for reason in skipped:
        print('not measured:', reason)
    errors = 0
    for row in rows:
        if row.error:
            errors += 1
            print(f'error: {row.name}: {row.error}')
    judged = [row for row in rows if row.met is not None]
    print(f'{sum(row.met for row in judged)} of {len(judged) + errors} goals met, {errors} errors; {directory}/{name}.json, .md and .svg')
    return errors
