package dev.zvpg.zfs;

import dev.zvpg.zfs.binding.NvList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Random maps as the native library encoded them, for machines where it is not installed. Written by the main method,
 * where it is: {@code zfs-suite java dev.zvpg.zfs.NvSamples >nvlists.txt}. Confined to one thread.
 */
final class NvSamples {

    /** What the maps are made from. */
    static final long SEED = 20_000;

    private static final int MAPS = 12;

    private NvSamples() {}

    @SuppressWarnings("SystemOut") // this is its answer
    public static void main(String[] arguments) {
        RandomMaps maps = new RandomMaps(SEED);
        for (int i = 0; i < MAPS; i++) {
            Map<String, Object> map = maps.next();
            try (NvList list = NvList.of(map)) {
                System.out.println(Base64.getEncoder().encodeToString(list.encoded()));
            }
        }
    }

    /** The encodings of the maps, in their order. */
    static List<byte[]> read() throws IOException {
        try (InputStream in = Objects.requireNonNull(NvSamples.class.getResourceAsStream("nvlists.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(Base64.getDecoder()::decode)
                    .toList();
        }
    }
}
