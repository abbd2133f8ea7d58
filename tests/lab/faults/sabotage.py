"""Checks that the ledger sees what it must. Each case does to a checkpoint, from outside, what crik must never do."""
import glob, json, os, shutil

import ledger


def two_checkpoints(chain):
    chain.empty_directory()
    for _ in range(2):
        pod = chain.start()
        chain.wait_for_words(pod, more=5)
        chain.terminate(pod)
        chain.autopsy(pod)


def two_that_leave_it_running(chain):
    chain.empty_directory()
    pod = chain.start()
    for _ in range(2):
        chain.wait_for_words(pod, more=5)
        with chain.ask(pod) as control:
            chain.answer(control)
    chain.autopsy(pod)


def lost(chain):
    shutil.rmtree(chain.image_dir + '/checkpoints/2')


def partial(chain):
    largest = max(glob.glob(chain.image_dir + '/checkpoints/2/images/pages-*.img'), key=os.path.getsize)
    with open(largest, 'r+b') as pages:
        pages.seek(os.path.getsize(largest) // 2)  # the blocks are by far the most of it
        pages.write(b'\xff' * 4096)


def backwards(chain):
    new, old = (f'{chain.image_dir}/checkpoints/{n}' for n in (2, 1))
    shutil.rmtree(new)
    shutil.copytree(old, new)
    with open(new + '/manifest.json') as file:
        manifest = json.load(file)
    with open(new + '/manifest.json', 'w') as file:
        json.dump(dict(manifest, generation=2), file)


def doubled(chain):
    """Without its lock file the directory has two owners."""
    first = chain.start()
    chain.wait_for_words(first)
    os.unlink(chain.image_dir + '/lock')
    second = chain.start()
    chain.wait_for_words(second, more=5)
    chain.wait_for_words(first, more=5)
    for pod in (first, second):
        chain.autopsy(pod)


def run(chain):
    """Returns how many of how many were seen."""
    chain.memory = 256
    cases = [(ledger.LOST, two_checkpoints, lost), (ledger.PARTIAL, two_checkpoints, partial), (ledger.BACKWARDS, two_checkpoints, backwards),
             (ledger.BACKWARDS, two_that_leave_it_running, backwards), (ledger.DOUBLED, two_checkpoints, doubled)]
    seen = 0
    for kind, prepare, sabotage in cases:
        prepare(chain)
        clean = chain.ledger.take_findings()
        sabotage(chain)
        if kind != ledger.DOUBLED:
            pod = chain.start()
            chain.wait_for_words(pod, more=3)
            chain.autopsy(pod)
        found = {found for found, _ in chain.ledger.take_findings()}
        if clean or kind not in found:
            print(f'{kind} was not seen where it was done on purpose, but {sorted(found)}; before it: {clean}')
        else:
            seen += 1
    chain.empty_directory()
    return seen, len(cases)
