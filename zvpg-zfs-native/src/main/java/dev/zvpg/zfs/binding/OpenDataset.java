package dev.zvpg.zfs.binding;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a dataset open in the kernel, as a mount does but without a place: nobody sees it, and it is gone when it is
 * closed or the process ends. Between two children that a program is told, ZFS closes the dataset that they are in and
 * opens it again, which costs more than the child (5 of 5.5 ms on an emulated processor); not so when somebody has it
 * open. While it is open the dataset cannot be destroyed and its pool cannot be exported.
 *
 * <p>Only makes things faster: where the kernel or the C library cannot do it (Linux before 5.2, glibc before 2.36),
 * nothing is open.
 *
 * <p>Confined to one thread.
 */
public final class OpenDataset implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenDataset.class);

    private static final int NONE = -1;

    private final int fd;

    private OpenDataset(int fd) {
        this.fd = fd;
    }

    /** Nothing. */
    public static OpenDataset none() {
        return new OpenDataset(NONE);
    }

    /** Opens one, for reading only. */
    public static OpenDataset of(String dataset) {
        Native.LibC libc = Native.libc();
        int fd = NONE;
        try {
            fd = libc.fsopen("zfs", Native.LibC.FSOPEN_CLOEXEC);
            if (fd >= 0
                    && libc.fsconfig(fd, Native.LibC.FSCONFIG_SET_STRING, "source", dataset, 0) == 0
                    && libc.fsconfig(fd, Native.LibC.FSCONFIG_SET_FLAG, "ro", null, 0) == 0
                    && libc.fsconfig(fd, Native.LibC.FSCONFIG_CMD_CREATE, null, null, 0) == 0) {
                return new OpenDataset(fd);
            }
            LOG.debug("{} is not kept open, error {}", dataset, Native.errno());
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("{} is not kept open: the C library does not know how", dataset, e);
        }
        new OpenDataset(fd).close();
        return none();
    }

    public boolean isOpen() {
        return fd >= 0;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Native.libc().close(fd);
        }
    }
}
