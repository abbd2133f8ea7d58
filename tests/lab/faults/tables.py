"""Prints what a run of the fault tests came to, and says whether it is complete."""
import collections

import ledger, phases

MISSED = 'did not fire'
ENOUGH = 10  # pods, for a mishap to happen to one of them
NAME = 60    # columns


class Results:
    """What the workers reported."""

    def __init__(self):
        self.hits = collections.Counter()      # (name of the kills, phase): pods
        self.moments = collections.Counter()   # what set kills off
        self.cases = collections.Counter()     # (name of a mishap, outcome): pods
        self.deadlines = collections.Counter() # (name of a mishap, field of deadline.Outcome): pods
        self.excuses = collections.Counter()   # (name of a mishap, excuse): pods
        self.found = collections.Counter()     # kind of finding
        self.sabotaged = None                  # violations done on purpose: seen, of how many

    def add_at_deadline(self, name, outcome):
        self.deadlines[(name, 'pods')] += 1
        for field in ('happened', 'committed', 'told', 'killed', 'violated'):
            self.deadlines[(name, field)] += bool(getattr(outcome, field))
        self.deadlines[(name, 'never ran')] += not outcome.ran
        if outcome.excused:
            self.excuses[(name, outcome.excused)] += 1


def never_happened(pods, missed):
    """A few pods may miss it by chance."""
    return pods == 0 or missed == pods >= ENOUGH


def mishaps(results, names):
    """Returns whether every mishap happened."""
    complete = True
    if names:
        print('\nmishap')
    for name in names:
        outcomes = sorted((outcome, count) for (case, outcome), count in results.cases.items() if case == name)
        pods, missed = sum(count for _, count in outcomes), results.cases[(name, MISSED)]
        print(f'  {name:{NAME}} {pods:5} pods: ' + ', '.join(f'{outcome} {count}' for outcome, count in outcomes))
        if never_happened(pods, missed):
            print(f'  {name:{NAME}} never happened to any of its pods')
            complete = False
    return complete


COLUMNS = {'pods': 'pods', 'happened': 'happened', 'committed': 'committed', 'told': 'SIGTERM in time', 'never ran': 'never ran',
           'killed': 'killed', 'violated': 'violations'}


def deadlines(results, names):
    """Returns whether every mishap happened to a pod."""
    if not names:
        return True
    print(f'\n{"mishap, and SIGTERM within the grace period":{NAME + 2}} ' + '  '.join(COLUMNS.values()))
    count = results.deadlines
    for name in names:
        excuses = ', '.join(f'{excuse} {number}' for (case, excuse), number in results.excuses.items() if case == name)
        print(f'  {name:{NAME}} ' + '  '.join(f'{count[(name, field)]:{len(title)}}' for field, title in COLUMNS.items()) + (f'  {excuses}' if excuses else ''))
    total = [sum(count[(name, field)] for name in names) for field in COLUMNS]
    print(f'  {"all of them":{NAME}} ' + '  '.join(f'{number:{len(title)}}' for number, title in zip(total, COLUMNS.values())))
    for name in names:
        if not count[(name, 'happened')]:
            print(f'  {name:{NAME}} never happened to any of its pods')
    return all(count[(name, 'happened')] for name in names)


def kills(results, killers):
    """Returns whether every phase was hit that has to be."""
    complete, hits = True, results.hits
    if hits:
        print('\nthe kill hit')
        for phase in phases.ALL:
            by = {name: hits[(name, phase)] for name in killers if hits[(name, phase)]}
            has_to = any(name in killers and phase in killers[name][2] for name, _ in hits)
            if by or has_to:
                print(f'  {phase:16} {sum(by.values()):6}   ' + ', '.join(f'{count} {name}' for name, count in by.items()))
            complete &= bool(by) or not has_to
        print(f'  {"(nothing)":16} {sum(hits[(name, None)] for name in killers):6}   pods that were ended with SIGTERM, or before the kill came')
        print('\nand was set off by\n  ' + ', '.join(f'{moment} {count}' for moment, count in results.moments.most_common()))
    return complete


def tell(results, killers, names, names_with_deadline):
    """Prints all of it. Returns the exit code."""
    complete = True
    if results.sabotaged:
        print(f'{results.sabotaged[0]} of {results.sabotaged[1]} violations done on purpose were seen')
        complete &= results.sabotaged[0] == results.sabotaged[1]
    complete &= mishaps(results, names)
    complete &= deadlines(results, names_with_deadline)
    complete &= kills(results, killers)
    print()
    for kind in (ledger.NEITHER, ledger.UNEXPECTED):
        if results.found[kind]:
            print(f'{results.found[kind]} {kind}: see above')
    kills_done = sum(count for (_, phase), count in results.hits.items() if phase)
    print(f'{kills_done} kills: ' + ', '.join(f'{results.found[kind]} {kind}' for kind in ledger.KINDS), flush=True)
    return 0 if complete and not results.found else 1
