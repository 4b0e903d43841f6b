/**
 * PostgreSQL: {@link dev.zvpg.postgres.Postgres} is one installation, {@link dev.zvpg.postgres.PostgresServer} one
 * running server. Everything else is private.
 *
 * <p>The priorities, in this order: no committed row is lost; a copy never reaches out of itself; nothing is left
 * behind by a failure; a start takes hardly longer than PostgreSQL itself needs.
 *
 * <p><b>Starting.</b> {@code pg_ctl start -W} detaches the server and returns at once. The shell that becomes the
 * server notes its process id first, so its death is seen within a millisecond even when it never wrote
 * {@code postmaster.pid}; its readiness is read from the eighth line of that file every half millisecond, and then
 * proven by a connection. Whatever goes wrong, a start that fails leaves no process, socket or lock.
 *
 * <p><b>Attached servers</b> are started without {@code pg_ctl}, as children of one shell for each JVM, the supervisor,
 * which reads commands from a pipe. The pipe ends with the JVM, whatever ends that, and then the supervisor ends the
 * servers; where it is killed itself, the system kills them. They have no socket. No connection is made to find out
 * whether they answer: their {@code postmaster.pid} says so.
 *
 * <p><b>Overlays</b> are mounted in a mount namespace that only such servers are in, by a second shell that does nothing
 * else. For root that shell is root's, and the supervisor in the namespace has no right to mount; for an ordinary user
 * there is a user namespace around both. The kernel ends the mounts with the last process in it, so a killed JVM leaves
 * directories that its storage finds, and no mount. The JVM reads and writes an overlay through
 * {@code /proc/SUPERVISOR/root}; the server has the path that a volume would have. Root makes nothing there in a
 * directory that others may write to: what is written lies in a closed directory of the volume, or in a file system of
 * its own in memory, and lower and upper tree are handed to the kernel as open directories.
 *
 * <p><b>What did not change</b> is proven by four traces that a change can leave: the WAL's position and the next
 * transaction id, the processes and the time of the last reload, the names, inodes, sizes and times of all files after
 * a checkpoint, and sessions, which are ended. Whatever cannot be seen there (unlogged relations, libraries with memory
 * of their own) makes every proof fail.
 *
 * <p><b>What belongs to one run lies outside of the data directory.</b> Access rules, log and socket are in the run
 * directory, and everything that a run depends on is said on the command line, which is the only place that wins over
 * {@code ALTER SYSTEM}. So a data directory may be copied at any time, and the copy does not need to be edited.
 *
 * <pre>
 * runDirectory/pg_hba.conf    scram-sha-256 on loopback and on the socket, nothing else
 *              pg_ident.conf  empty
 *              server.log     appended to by each start; set aside as server.log.1 when a start finds it over 16 MB
 *              socket/        the socket and the process id; private to the server's user
 * </pre>
 *
 * A socket path has at most 107 bytes; where {@code runDirectory/socket} is too long for that, a private directory
 * {@code zvpg-…} under {@code /tmp} stands in for it until the server stops.
 *
 * <p><b>Root.</b> PostgreSQL refuses to run as root. A JVM that is root starts every PostgreSQL program through
 * {@code setpriv} as an unprivileged user, who owns the data directory and the {@code socket} directory and nothing
 * else. Nothing that this user could have replaced by a link is followed when root writes.
 *
 * <p><b>Several processes</b> may work on different data directories at once. Unpacking embedded binaries takes a file
 * lock. Nobody protects one data directory from two threads here; PostgreSQL's own lock file is the last line. A server
 * in another container cannot be seen; it holds a lock that can, see {@code ServerLock}.
 *
 * <p><b>Time.</b> Every wait has a bound; nothing sleeps for a fixed time. That of a start is on standing still, not on
 * the whole: a recovery takes as long as it takes. A thread that is interrupted while it starts a server stops it
 * again, sets its interrupt flag and throws. One that is interrupted while it stops a server finishes that first,
 * because a server that is half stopped helps nobody, and sets its flag again.
 *
 * <p><b>Secrets</b> are never in an argument, an environment variable, a log or a message. The initial password reaches
 * {@code initdb} in a private file that is gone when {@code initdb} is.
 */
@NullMarked
package dev.zvpg.postgres;

import org.jspecify.annotations.NullMarked;
