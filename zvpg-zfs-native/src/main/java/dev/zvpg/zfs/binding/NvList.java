package dev.zvpg.zfs.binding;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.byref.NativeLongByReference;
import jnr.ffi.byref.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * A native list of names and values, owned: it is freed by {@link #close()}, which try-with-resources calls. On the
 * Java side it is a map.
 *
 * <table>
 * <caption>What a value becomes</caption>
 * <tr><th>Java, both ways</th><th>native</th><th>native, to Java only</th></tr>
 * <tr><td>{@link Flag}</td><td>boolean without a value</td><td></td></tr>
 * <tr><td>{@code Boolean}</td><td>boolean_value</td><td></td></tr>
 * <tr><td>{@code Byte}</td><td>int8</td><td>byte</td></tr>
 * <tr><td>{@code Short}</td><td>int16</td><td>uint8</td></tr>
 * <tr><td>{@code Integer}</td><td>int32</td><td>uint16</td></tr>
 * <tr><td>{@code Long}</td><td>uint64</td><td>int64, uint32, hrtime</td></tr>
 * <tr><td>{@code Double}</td><td></td><td>double</td></tr>
 * <tr><td>{@code String}</td><td>string, UTF-8</td><td></td></tr>
 * <tr><td>{@code byte[]}</td><td>byte_array</td><td>int8_array, uint8_array</td></tr>
 * <tr><td>{@code int[]}</td><td>int32_array</td><td>int16_array, uint16_array, uint32_array</td></tr>
 * <tr><td>{@code long[]}</td><td>uint64_array</td><td>int64_array</td></tr>
 * <tr><td>{@code boolean[]}</td><td></td><td>boolean_array</td></tr>
 * <tr><td>{@code String[]}</td><td>string_array</td><td></td></tr>
 * <tr><td>{@code Map}</td><td>nvlist</td><td></td></tr>
 * <tr><td>{@code List} of {@code Map}</td><td>nvlist_array</td><td></td></tr>
 * </table>
 *
 * <p>ZFS's number and index properties are uint64: a {@code Long}, never a string. An unsigned 64-bit number over
 * {@link Long#MAX_VALUE} is a negative {@code Long}.
 *
 * <p>Confined to the thread that opened it.
 */
public final class NvList implements AutoCloseable {

    /** A name's length with its closing zero is a signed 16-bit number, and the pair's header takes some of that. */
    public static final int MAX_NAME_BYTES = 32_000;

    private final Native.LibNvpair lib;
    private @Nullable Pointer list;

    private NvList(Native.LibNvpair lib, Pointer list) {
        this.lib = lib;
        this.list = list;
    }

    /**
     * A native copy of a map.
     *
     * @throws IllegalArgumentException when a name or a value has no native counterpart
     */
    public static NvList of(Map<String, ?> values) {
        NvList copy = empty(Native.nvpair());
        try {
            values.forEach(copy::add);
            return copy;
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    /**
     * Takes over a list that a C function handed out.
     *
     * @param result where the function left it; a function that has nothing to say leaves null, which is an empty list
     */
    public static NvList adopt(PointerByReference result) {
        Native.LibNvpair lib = Native.nvpair();
        Pointer list = result.getValue();
        return list == null ? empty(lib) : new NvList(lib, list);
    }

    private static NvList empty(Native.LibNvpair lib) {
        PointerByReference result = new PointerByReference();
        ResultCode.check(lib.nvlist_alloc(result, Native.LibNvpair.NV_UNIQUE_NAME, 0), "allocate", "a list");
        return new NvList(lib, result.getValue());
    }

    /**
     * The native list, for a call that ends before this is closed.
     *
     * @throws IllegalStateException when it is closed
     */
    public Pointer pointer() {
        if (list == null) {
            throw new IllegalStateException("this list is closed");
        }
        return list;
    }

    /**
     * A Java copy, independent of the native list. Made from one native encoding of the whole, because reading a
     * listing of thousands of values one by one costs several native calls for each.
     *
     * @throws IllegalStateException when it is closed
     */
    public Map<String, Object> toMap() {
        return NvDecoder.decode(encoded());
    }

    /** The list in its XDR encoding, the same on every machine. */
    public byte[] encoded() {
        Pointer self = pointer();
        NativeLongByReference size = new NativeLongByReference();
        ResultCode.check(lib.nvlist_size(self, size, Native.LibNvpair.NV_ENCODE_XDR), "measure", "a list");
        byte[] bytes = new byte[Math.toIntExact(size.longValue())];
        Pointer buffer = Memory.allocateDirect(Runtime.getSystemRuntime(), bytes.length);
        ResultCode.check(
                lib.nvlist_pack(self, new PointerByReference(buffer), size, Native.LibNvpair.NV_ENCODE_XDR, 0),
                "encode",
                "a list");
        buffer.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Frees the native list. Idempotent. */
    @Override
    public void close() {
        Pointer open = list;
        list = null;
        if (open != null) {
            lib.nvlist_free(open);
        }
    }

    private void add(String name, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "the value of " + name + " is null; an nvlist's word for that is Flag.SET");
        }
        text(name, name);
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "a name of more than " + MAX_NAME_BYTES + " bytes: " + name.substring(0, 40) + "…");
        }
        ResultCode.check(addTo(pointer(), name, value), "store", name);
    }

    private int addTo(Pointer self, String name, Object value) {
        if (value instanceof Flag) {
            return lib.nvlist_add_boolean(self, name);
        } else if (value instanceof Boolean v) {
            return lib.nvlist_add_boolean_value(self, name, v ? 1 : 0);
        } else if (value instanceof Byte v) {
            return lib.nvlist_add_int8(self, name, v);
        } else if (value instanceof Short v) {
            return lib.nvlist_add_int16(self, name, v);
        } else if (value instanceof Integer v) {
            return lib.nvlist_add_int32(self, name, v);
        } else if (value instanceof Long v) {
            return lib.nvlist_add_uint64(self, name, v);
        } else if (value instanceof String v) {
            return lib.nvlist_add_string(self, name, text(name, v));
        } else if (value instanceof Map<?, ?> v) {
            try (NvList nested = of(named(name, v))) {
                return lib.nvlist_add_nvlist(self, name, nested.pointer());
            }
        }
        return addArray(self, name, value);
    }

    private int addArray(Pointer self, String name, Object value) {
        // an empty array has no elements, but its address must not be null
        if (value instanceof byte[] v) {
            return lib.nvlist_add_byte_array(self, name, v.length == 0 ? new byte[1] : v, v.length);
        } else if (value instanceof int[] v) {
            return lib.nvlist_add_int32_array(self, name, v.length == 0 ? new int[1] : v, v.length);
        } else if (value instanceof long[] v) {
            return lib.nvlist_add_uint64_array(self, name, v.length == 0 ? new long[1] : v, v.length);
        } else if (value instanceof String[] v) {
            Pointer[] strings = new Pointer[Math.max(1, v.length)];
            for (int i = 0; i < v.length; i++) {
                strings[i] = nativeText(text(name, v[i]));
            }
            try {
                return lib.nvlist_add_string_array(self, name, strings, v.length);
            } finally {
                // the call sees addresses only; without this the collector may free the strings meanwhile
                Reference.reachabilityFence(strings);
            }
        } else if (value instanceof List<?> v) {
            return addLists(self, name, v);
        }
        throw new IllegalArgumentException(
                "the value of " + name + " is a " + value.getClass().getName() + ", which an nvlist cannot hold");
    }

    private int addLists(Pointer self, String name, List<?> maps) {
        List<NvList> nested = new ArrayList<>();
        try {
            for (Object map : maps) {
                if (!(map instanceof Map<?, ?> v)) {
                    throw new IllegalArgumentException("the list " + name + " holds something that is not a map");
                }
                nested.add(of(named(name, v)));
            }
            Pointer[] pointers = new Pointer[Math.max(1, nested.size())];
            for (int i = 0; i < nested.size(); i++) {
                pointers[i] = nested.get(i).pointer();
            }
            return lib.nvlist_add_nvlist_array(self, name, pointers, nested.size());
        } finally {
            nested.forEach(NvList::close);
        }
    }

    private static Map<String, Object> named(String name, Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String k)) {
                throw new IllegalArgumentException("the map " + name + " has a name that is not a string");
            }
            named.put(k, value);
        });
        return named;
    }

    private static Pointer nativeText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer memory = Memory.allocateDirect(Runtime.getSystemRuntime(), bytes.length + 1);
        memory.put(0, bytes, 0, bytes.length);
        memory.putByte(bytes.length, (byte) 0);
        return memory;
    }

    /** C ends a string at the first zero, and so would cut this one off. */
    private static String text(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the name or value of " + name.replace('\0', '?') + " contains a zero character");
        }
        return text;
    }
}
