package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
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

    @Test
    void anEncodingThatIsCutOffIsAnExceptionWhereverItEnds() throws IOException {
        for (byte[] sample : NvSamples.read()) {
            int length = sample.length - 4;
            while (length > 0) {
                byte[] start = Arrays.copyOf(sample, length);
                assertThatThrownBy(() -> NvDecoder.decode(start))
                        .isInstanceOfAny(BufferUnderflowException.class, IllegalArgumentException.class);
                length -= 1 + length / 8;
            }
        }
    }
}
