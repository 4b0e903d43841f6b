package dev.zvpg.internal.io;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Optional;

/** The library's classes once more in this JVM, as a second web application has them. */
final class OtherLoader implements AutoCloseable {

    private final URLClassLoader loader = new URLClassLoader(
            new URL[] {FileMutex.class.getProtectionDomain().getCodeSource().getLocation()},
            ClassLoader.getPlatformClassLoader());

    AutoCloseable lock(Path file) throws Exception {
        return (AutoCloseable) call(mutex(file), "lock");
    }

    Optional<AutoCloseable> tryLock(Path file) throws Exception {
        return ((Optional<?>) call(mutex(file), "tryLock")).map(AutoCloseable.class::cast);
    }

    AutoCloseable owner(Path directory) throws Exception {
        return (AutoCloseable)
                type(OwnerLock.class).getMethod("create", Path.class).invoke(null, directory);
    }

    boolean isAlive(Path directory, String token) throws Exception {
        return (Boolean) type(OwnerLock.class)
                .getMethod("isAlive", Path.class, String.class)
                .invoke(null, directory, token);
    }

    private Class<?> type(Class<?> ours) throws ClassNotFoundException {
        Class<?> theirs = loader.loadClass(ours.getName());
        if (theirs == ours) {
            throw new AssertionError("both have the same class");
        }
        return theirs;
    }

    private Object mutex(Path file) throws Exception {
        return type(FileMutex.class).getMethod("of", Path.class).invoke(null, file);
    }

    private static Object call(Object on, String method) throws Exception {
        try {
            return on.getClass().getMethod(method).invoke(on);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
