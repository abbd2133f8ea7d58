"""Proves that what was measured did happen: a checkpoint is whole on the disk, and a restored program runs."""
import glob, json, os

ENOUGH = 0.95  # of the program's memory has to be in the images; a little is lost where it is divided among processes


class NotProven(RuntimeError):
    """Something was measured that did not happen."""


def size_on_disk(files):
    """Bytes that these files really take; a hole takes none."""
    return sum(min(status.st_size, status.st_blocks * 512) for status in map(os.stat, files))


def memory_is_in(images, case):
    """Checks that the pages of the program are among criu's images."""
    pages = size_on_disk(glob.glob(images + '/pages-*.img'))
    if pages < ENOUGH * case.megabytes * 1048576:
        raise NotProven(f'the images have {pages >> 20} MiB of pages, and the program has {case.megabytes} MiB')


def saved_by_crik(directory, case):
    """Checks that the newest checkpoint is committed, that its images have the sizes of the manifest, and that the
    memory is in them."""
    generations = [int(name) for name in os.listdir(directory + '/checkpoints')] if os.path.isdir(directory + '/checkpoints') else []
    if not generations:
        raise NotProven('no checkpoint was committed')
    checkpoint = f'{directory}/checkpoints/{max(generations)}'
    if not os.path.exists(checkpoint + '/manifest.json'):
        raise NotProven('the newest checkpoint has no manifest')
    with open(checkpoint + '/manifest.json') as file:
        manifest = json.load(file)
    for image in manifest['images']:
        size = os.stat(f'{checkpoint}/images/{image["name"]}').st_size
        if size != image['size']:
            raise NotProven(f'{image["name"]} has {size} bytes, and the manifest says {image["size"]}')
    memory_is_in(checkpoint + '/images', case)


def saved_by_criu(directory, case):
    """Checks that criu wrote its last image, and that the memory is there."""
    if not os.path.exists(directory + '/inventory.img'):
        raise NotProven('criu did not finish its images')
    memory_is_in(directory, case)


def is_restored(page, programs, case):
    """Checks that a program goes on with all it had, and was not started again. programs: the directories of its processes."""
    if page['ready']:
        raise NotProven('the program was started afresh instead of restored')
    if len(programs) != case.processes:
        raise NotProven(f'{len(programs)} of {case.processes} processes are there after the restore')
    for what, wanted, there in (('threads', case.threads, lambda: sum(len(os.listdir(p + '/task')) - 1 for p in programs)),
                                ('open files', case.files, lambda: sum(os.path.dirname(os.readlink(f)) == '/shared/files'
                                                                       for p in programs for f in glob.glob(p + '/fd/*'))),
                                ('mappings', case.mappings, lambda: sum(len(open(p + '/maps').readlines()) for p in programs))):
        if wanted and there() < wanted:
            raise NotProven(f'{there()} of {wanted} {what} are there after the restore')
