package dev.zvpg.zfs.binding;

/**
 * Something that the kernel watches: holds made with it are released when it is closed, and when the process ends in
 * whatever way. After a power cut they are released when the pool is imported.
 *
 * <p>Thread-safe; a call that is under way with it must end before it is closed.
 */
public final class CleanupHandle implements AutoCloseable {

    private static final int CLOSED = -1;

    private int fd;

    private CleanupHandle(int fd) {
        this.fd = fd;
    }

    /** Opens one. */
    public static CleanupHandle open() {
        int fd = Native.libc()
                .open(KernelModule.DEVICE.toString(), Native.LibC.O_RDWR | Native.LibC.O_EXCL | Native.LibC.O_CLOEXEC);
        if (fd < 0) {
            throw ResultCode.exception(Native.errno(), "open", KernelModule.DEVICE.toString());
        }
        return new CleanupHandle(fd);
    }

    /**
     * The file descriptor.
     *
     * @throws IllegalStateException when it is closed; another file may have its number by then
     */
    public synchronized int fd() {
        if (fd == CLOSED) {
            throw new IllegalStateException("this cleanup handle is closed");
        }
        return fd;
    }

    /** Lets the kernel release the holds. Idempotent. */
    @Override
    public synchronized void close() {
        if (fd != CLOSED) {
            Native.libc().close(fd);
            fd = CLOSED;
        }
    }
}
