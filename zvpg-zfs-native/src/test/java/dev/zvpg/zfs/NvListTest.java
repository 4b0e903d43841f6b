package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.zvpg.zfs.binding.Flag;
import dev.zvpg.zfs.binding.NvList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import jnr.ffi.byref.PointerByReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NvListTest {

    private static final int MAPS = 10_000;

    @BeforeAll
    static void needsTheLibrary() {
        NativeLibraries.assumeInstalled();
    }

    @Test
    void everyMapComesBackAsItWas() {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("nvlist round trip: -Dzvpg.seed=" + seed);
        RandomMaps maps = new RandomMaps(seed);
        for (int i = 0; i < MAPS; i++) {
            Map<String, Object> map = maps.next();
            Map<String, Object> back = roundTrip(map);
            if (!isSame(map, back)) { // the words for it take many times as long
                assertThat(back)
                        .as("map %d of seed %d", i, seed)
                        .usingRecursiveComparison()
                        .isEqualTo(map);
                fail("map %d of seed %d: %s came back as %s", i, seed, map, back);
            }
        }
    }

    private static boolean isSame(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Map<?, ?> map && other instanceof Map<?, ?> copy) {
            return map.keySet().equals(copy.keySet())
                    && map.entrySet().stream().allMatch(entry -> isSame(entry.getValue(), copy.get(entry.getKey())));
        }
        if (one instanceof List<?> list && other instanceof List<?> copy) {
            return list.size() == copy.size()
                    && IntStream.range(0, list.size()).allMatch(i -> isSame(list.get(i), copy.get(i)));
        }
        if (one instanceof Object[] array && other instanceof Object[] copy) {
            return isSame(Arrays.asList(array), Arrays.asList(copy));
        }
        return Objects.deepEquals(one, other);
    }

    @Test
    void keepsTheOrderOfItsNames() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            map.put("name" + (i * 37 % 100), i);
        }
        assertThat(roundTrip(map).keySet()).containsExactlyElementsOf(map.keySet());
    }

    @Test
    void aFlagIsNotTrue() {
        assertThat(roundTrip(Map.of("flag", Flag.SET, "true", true)))
                .containsEntry("flag", Flag.SET)
                .containsEntry("true", true);
    }

    @Test
    void aLongNumberOfEntriesComesBack() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < 20_000; i++) {
            map.put("tank/zvpg/volume-" + i, Map.of("createtxg", (long) i, "zvpg:message", "message " + i));
        }
        assertThat(roundTrip(map)).isEqualTo(map);
    }

    @Test
    void anOutParameterThatTheFunctionLeftAloneIsAnEmptyList() {
        try (NvList list = NvList.adopt(new PointerByReference())) {
            assertThat(list.toMap()).isEmpty();
        }
    }

    @Test
    void cannotUseAClosedList() {
        NvList list = NvList.of(Map.of("a", 1L));
        list.close();
        list.close();
        assertThatThrownBy(list::toMap)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(list::pointer).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b"})
    void refusesAZeroCharacterAsCWouldCutItOff(String text) {
        assertRefused(Map.of(text, 1L), "zero character");
        assertRefused(Map.of("name", text), "zero character");
        assertRefused(Map.of("name", new String[] {text}), "zero character");
        assertRefused(Map.of("name", Map.of(text, 1L)), "zero character");
    }

    @Test
    void refusesWhatAnNvlistCannotHold() {
        assertRefused(Map.of("pi", 3.14), "pi", "java.lang.Double");
        assertRefused(Map.of("list", List.of("a")), "list", "not a map");
        assertRefused(Map.of("map", Map.of(1, 2)), "map", "not a string");
        assertRefused(Map.of("n".repeat(NvList.MAX_NAME_BYTES + 1), 1L), "more than");
        assertRefused(new HashMap<>(Collections.singletonMap("nothing", null)), "nothing");
    }

    @Test
    void theLongestNameIsTaken() {
        Map<String, Object> map = Map.of("n".repeat(NvList.MAX_NAME_BYTES), 1L);
        assertThat(roundTrip(map)).isEqualTo(map);
    }

    @Test
    void tooDeepANestIsAnExceptionNotACrash() {
        Map<String, Object> nest = Map.of();
        for (int i = 0; i < 300; i++) {
            nest = Map.of("deeper", nest);
        }
        Map<String, Object> tooDeep = nest;
        assertThatThrownBy(() -> roundTrip(tooDeep)).isInstanceOf(RuntimeException.class);
    }

    private static void assertRefused(Map<String, Object> map, String... words) {
        assertThatThrownBy(() -> NvList.of(map))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    private static Map<String, Object> roundTrip(Map<String, Object> map) {
        try (NvList list = NvList.of(map)) {
            return list.toMap();
        }
    }
}
