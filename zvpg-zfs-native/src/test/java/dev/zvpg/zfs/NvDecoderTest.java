package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.zfs.binding.NvDecoder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On any machine; {@link NvListTest} is the same against the native library, where that is installed. */
class NvDecoderTest {

    @Test
    void readsWhatTheNativeLibraryWrote() throws IOException {
        List<byte[]> samples = NvSamples.read();
        assertThat(samples).hasSizeGreaterThan(10);
        RandomMaps maps = new RandomMaps(NvSamples.SEED);
        for (byte[] sample : samples) {
            Map<String, Object> map = maps.next();
            assertThat(NvDecoder.decode(sample)).usingRecursiveComparison().isEqualTo(map);
        }
    }
}
