package dev.zvpg;

import dev.zvpg.internal.remote.Serving;
import dev.zvpg.remote.ServeOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Function;

/**
 * Serves repositories that are not open yet, as a program does that {@code ssh} starts. Thread-safe.
 */
public final class Served {

    private Served() {}

    /**
     * Serves the repository that the other side asks for, over two streams, until that goes. Blocks meanwhile. The
     * streams are closed at the end; the repository is not.
     *
     * @param in what the other side says
     * @param out what it is told
     * @param options what it may do
     * @param opening opens the repository that is at a path, which may be anything that somebody elsewhere says; it is
     *     empty where that is not said. What it throws is told the other side
     * @throws dev.zvpg.error.RemoteException when the other side says what no repository says
     */
    public static void serve(
            InputStream in, OutputStream out, ServeOptions options, Function<String, Repository> opening) {
        Serving.serve(in, out, options, path -> opening.apply(path).operations());
    }
}
