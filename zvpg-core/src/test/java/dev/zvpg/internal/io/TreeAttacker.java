package dev.zvpg.internal.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Changes a tree without a pause: exchanges things in it for each other and for links that lead outside. Runs as
 * another user, in a JVM of its own that sees nothing but this class. Each line of its input is a seed, a tree and what
 * is outside, told with a line of its output when it begins; an empty line makes it rest.
 */
public final class TreeAttacker {

    private static final AtomicLong TURN = new AtomicLong();

    private TreeAttacker() {}

    /** Runs until its input ends. */
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Thread working = new Thread(() -> {});
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            TURN.incrementAndGet();
            working.join();
            if (!line.isEmpty()) {
                String[] order = line.split(" ", 3);
                long mine = TURN.get();
                working = new Thread(
                        () -> attack(new Random(Long.parseLong(order[0])), Path.of(order[1]), Path.of(order[2]), mine));
                working.setDaemon(true);
                working.start();
            }
            System.out.println("begun");
        }
    }

    private static void attack(Random random, Path tree, Path outside, long mine) {
        while (TURN.get() == mine) {
            try {
                List<Path> all;
                try (Stream<Path> walk = Files.walk(tree)) {
                    all = new ArrayList<>(walk.skip(1).toList());
                }
                for (int i = 0; i < 20 && TURN.get() == mine && !all.isEmpty(); i++) {
                    exchange(random, all, outside);
                }
            } catch (IOException | RuntimeException e) {
                Thread.onSpinWait(); // something that root removed or renamed meanwhile
            }
        }
    }

    private static void exchange(Random random, List<Path> all, Path outside) throws IOException {
        Path one = all.get(random.nextInt(all.size()));
        Path aside = one.resolveSibling("aside-" + random.nextInt(1000));
        Files.move(one, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            if (random.nextBoolean()) {
                Path other = all.get(random.nextInt(all.size()));
                Files.move(other, one, StandardCopyOption.ATOMIC_MOVE);
                Thread.onSpinWait();
                Files.move(one, other, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.createSymbolicLink(
                        one, Files.isDirectory(aside) ? outside.resolve("directory") : outside.resolve("secret"));
                for (int i = random.nextInt(5000); i > 0; i--) {
                    Thread.onSpinWait();
                }
                Files.delete(one);
            }
        } finally {
            Files.move(aside, one, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
