package dev.zvpg.internal.remote;

import dev.zvpg.internal.io.BulkInputStream;
import dev.zvpg.storage.CopyProgress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** Tells how much has gone through a stream, a few times a second and at its end. Confined to one thread. */
final class Meter {

    private static final long EACH_NANOS = Duration.ofMillis(250).toNanos();

    private final CopyProgress progress;
    private final long total;
    private long done;
    private long told = System.nanoTime();

    private Meter(CopyProgress progress, long total) {
        this.progress = progress;
        this.total = total;
    }

    private void add(int bytes) {
        done += bytes;
        if (System.nanoTime() - told > EACH_NANOS) {
            tell();
        }
    }

    private void tell() {
        told = System.nanoTime();
        progress.copied(done, Math.max(done, total));
    }

    /**
     * Measures what is read.
     *
     * @param total how much it will be, about
     */
    static InputStream on(InputStream in, CopyProgress progress, long total) {
        Meter meter = new Meter(progress, total);
        return new BulkInputStream(in) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = in.read(bytes, offset, length);
                if (count < 0) {
                    meter.tell();
                } else {
                    meter.add(count);
                }
                return count;
            }
        };
    }

    /**
     * Measures what is written.
     *
     * @param total how much it will be, about
     */
    static OutputStream on(OutputStream out, CopyProgress progress, long total) {
        Meter meter = new Meter(progress, total);
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                meter.add(length);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
                meter.tell();
            }
        };
    }
}
