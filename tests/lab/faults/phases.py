"""Finds which phase a kill hit, by what it left and not by when it was meant to hit."""
import os

STARTING, RESTORING, RUNNING = 'starting', 'restoring', 'running'
BEFORE_FREEZE, DUMPING, COMMITTING, AFTER_RENAME = 'before freeze', 'dumping', 'committing', 'after rename'
PHASES = (STARTING, RESTORING, RUNNING, BEFORE_FREEZE, DUMPING, COMMITTING, AFTER_RENAME)
# of a checkpoint that leaves the program running
DUMPING_BESIDE, COMMITTING_BESIDE, AFTER_BESIDE = 'dump, runs on', 'commit, runs on', 'after, runs on'
BESIDE = (DUMPING_BESIDE, COMMITTING_BESIDE, AFTER_BESIDE)
ALL = PHASES + BESIDE


def of(image_dir, said, spoke, terminated, committed):
    """Returns the phase that a kill hit.

    said: crik's log. spoke: whether the program said anything in the pod that was killed. terminated: whether the pod was
    sent SIGTERM before. committed: whether it committed a checkpoint."""
    if committed:
        return AFTER_RENAME
    hidden = [name for name in os.listdir(image_dir) if name.startswith('.')]
    if not spoke:
        # a staging directory can be here only when SIGTERM came before the program's first word
        restoring = any(name.startswith('.restore-') for name in hidden) or 'crik info: restored' in said
        return RESTORING if restoring else STARTING
    if not terminated:
        return RUNNING
    for name in hidden:
        images = f'{image_dir}/{name}/images'
        if name.startswith('.staging-') and os.path.isdir(images):
            if os.path.exists(images + '/inventory.img'):  # criu writes it last
                return COMMITTING
            return DUMPING if has_frozen(images + '/dump.log') else BEFORE_FREEZE
    return BEFORE_FREEZE


def beside(phase):
    """Returns the name of a phase for a checkpoint that leaves the program running."""
    return {BEFORE_FREEZE: DUMPING_BESIDE, DUMPING: DUMPING_BESIDE, COMMITTING: COMMITTING_BESIDE, AFTER_RENAME: AFTER_BESIDE}.get(phase, phase)


def has_frozen(log):
    try:
        with open(log, errors='replace') as file:
            return 'Seized task' in file.read()
    except FileNotFoundError:
        return False
