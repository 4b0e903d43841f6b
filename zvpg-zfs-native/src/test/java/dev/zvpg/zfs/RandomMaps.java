package dev.zvpg.zfs;

import dev.zvpg.zfs.binding.Flag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Makes maps with every kind of value that goes into an nvlist. Confined to one thread. */
final class RandomMaps {

    private static final int MAX_DEPTH = 3;
    private static final String[] ALPHABETS = {"abcxyz:-_/@0189", " \t\n\"\\%", "äßéñ", "漢字かな", "😀𝔷", "\u0001\u007f"};

    private final Random random;

    RandomMaps(long seed) {
        this.random = new Random(seed);
    }

    Map<String, Object> next() {
        return map(0);
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        int size = random.nextInt(depth == 0 ? 12 : 5);
        for (int i = 0; i < size; i++) {
            map.put(string(40), value(depth));
        }
        return map;
    }

    private Object value(int depth) {
        List<Supplier<Object>> kinds = new ArrayList<>(List.of(
                () -> Flag.SET,
                random::nextBoolean,
                () -> (byte) random.nextInt(),
                () -> (short) random.nextInt(),
                random::nextInt,
                random::nextLong,
                () -> edge(),
                () -> string(200),
                () -> string(8191),
                this::bytes,
                () -> random.ints(random.nextInt(6)).toArray(),
                () -> random.longs(random.nextInt(6)).toArray(),
                this::strings));
        if (depth < MAX_DEPTH) {
            kinds.add(() -> map(depth + 1));
            kinds.add(() -> maps(depth + 1));
        }
        return kinds.get(random.nextInt(kinds.size())).get();
    }

    private Object edge() {
        Object[] edges = {
            0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE, Byte.MIN_VALUE, Short.MIN_VALUE, ""
        };
        return edges[random.nextInt(edges.length)];
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private String[] strings() {
        String[] strings = new String[random.nextInt(5)];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = string(30);
        }
        return strings;
    }

    private List<Map<String, Object>> maps(int depth) {
        List<Map<String, Object>> maps = new ArrayList<>();
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            maps.add(map(depth));
        }
        return maps;
    }

    private String string(int mostCharacters) {
        // short ones mostly, or ten thousand maps would take minutes
        int length = random.nextInt(random.nextInt(mostCharacters) + 1);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            String alphabet = ALPHABETS[random.nextInt(ALPHABETS.length)];
            int[] points = alphabet.codePoints().toArray();
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }
}
