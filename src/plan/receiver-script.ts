/** Where the receiver puts the trees, below its volume. */
export const TREES = 'tree'
/** Lists of folders, each named like the mode that they get in the end, as paths with a NUL behind them. */
export const MODES = 'modes'
/** The last member of the archive: digests of everything before it (mounts/manifest.ts). */
export const MANIFEST = 'manifest'
/** The first, if there are any: the files of LARGE_BYTES and more, each as its size and its path with NULs behind them. */
export const LARGE = 'large'
export const LARGE_BYTES: number = 16 * 1024 * 1024

/** Below the volume. Numbers of one width, so that trees are sorted as their paths are. */
export function treePath(index: number): string {
  return `${TREES}/${String(index).padStart(4, '0')}`
}

/** Exit codes of the receiver, and what they say. */
export const RECEIVER_FAILURES: ReadonlyMap<number, string> = new Map([
  [10, 'the volume for the files cannot be written'],
  [11, 'the files could not be unpacked, or did not all arrive'],
  [12, 'the end of the files did not arrive'],
  [13, 'what was unpacked is not what was sent'],
])

/** Digests the file `$2` of `$1` bytes while it is being written, until the receiver, `$0`, has unpacked all, or has ended. */
const FOLLOW = `{
  n=0 have=0
  while [ ! -e ../unpacked ] && kill -0 "$0" && [ "\${have:=0}" -lt "$1" ]; do
    m=$((have / 1048576))
    [ $m -eq $n ] || dd if="$2" bs=1048576 skip=$n count=$((m - n))
    sleep 0.1 || sleep 1
    n=$m have=$(stat -c %s "$2")
  done
  dd if="$2" bs=1048576 skip=$n
} 2> /dev/null | sha256sum`

/**
 * Unpacks an archive from stdin into the folder `$1`, and ends with 0 only if everything is there as it was sent. POSIX
 * sh, with a tar that knows GNU's long names, and find, sort, xargs, chmod, stat, sed, cat, dd, sleep, readlink, cmp and
 * sha256sum: busybox's or GNU's, as few of them as will do, because starting one takes as long as a hundred files. The
 * contents, which take longest, have a processor of their own if there is one, those of large files while they arrive.
 * The list of those is whole when there is anything below `tree`. busybox's xargs loses its place in a file that it reads
 * in more than one piece, so it reads from a pipe.
 */
const receive = (flag: '' | 'z'): string => `umask 0
export LC_ALL=C
cd "$1" || exit 10
{
  until [ -d ${TREES} ] || ! kill -0 $$; do sleep 0.1 || sleep 1; done 2> /dev/null
  [ ! -f ${LARGE} ] || { cd ${TREES} && xargs -0 -n 2 sh -c '${FOLLOW}' $$ < ../${LARGE}; }
} > ${LARGE}-found &
follower=$!
tar -x${flag}pof - || exit 11
true > unpacked || exit 11
[ -f ${MANIFEST} ] && cd ${TREES} || exit 12
for list in ../${MODES}/*; do
  [ ! -f "$list" ] || cat "$list" | xargs -0 chmod "\${list##*/}" || exit 11
done
of() { find . "$@" -print0 | sort -z; }
of -type f -size -${LARGE_BYTES}c | xargs -0 -r cat | sha256sum > ../contents &
contents=$!
of > ../paths
{
  sha256sum < ../paths
  cat ../paths | xargs -0 stat -c '%f %s' | sed 's/^\\(4...\\) .*/\\1/' | sha256sum
  of -type l | xargs -0 -r -n 1 readlink -n | sha256sum
} > ../found
wait $contents
cat ../contents >> ../found
[ ! -f ../${LARGE} ] || { wait $follower && cat ../${LARGE}-found >> ../found; } || exit 13
cmp -s ../${MANIFEST} ../found || exit 13
`

export const RECEIVE: string = receive('')
/** Of an archive that gzip has packed. */
export const RECEIVE_PACKED: string = receive('z')

/** sha256 in hexadecimal digits, behind the archive that GIVE_BACK writes: its own, so that nothing of it is missing. */
export const DIGEST_BYTES = 64

/** Exit codes of GIVE_BACK, and what they say. */
export const GIVE_BACK_FAILURES: ReadonlyMap<number, string> = new Map([
  [10, 'the volume with the files cannot be read'],
  [14, 'the files could not be packed'],
])

/**
 * Waits for the end of its stdin, then packs the trees `$2` … of the folder `$1`, and says the digest of all that: it
 * packs them twice, so that it is the digest of what is there, not of what was sent. Deaf to TERM, because kubelet says
 * so when the function has ended.
 */
export const GIVE_BACK: string = `trap '' TERM
cat > /dev/null
cd "$1" || exit 10
shift
sum=$(tar -cf - "$@" | sha256sum) || exit 14
tar -cf - "$@" || exit 14
printf %s "\${sum%% *}"
`
