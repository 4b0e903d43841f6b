package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.zfs.binding.ResultCode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResultCodeTest {

    /** Every number that is not a plain StorageException. */
    private static final Map<ResultCode, Class<? extends ZvpgException>> LEAVES = new EnumMap<>(Map.of(
            ResultCode.EPERM, PermissionException.class,
            ResultCode.EACCES, PermissionException.class,
            ResultCode.ENOENT, NotFoundException.class,
            ResultCode.EEXIST, AlreadyExistsException.class,
            ResultCode.ENOTEMPTY, AlreadyExistsException.class,
            ResultCode.EBUSY, InUseException.class,
            ResultCode.ETXTBSY, InUseException.class,
            ResultCode.ZFS_ERR_EXPORT_IN_PROGRESS, InUseException.class,
            ResultCode.ENOSPC, OutOfSpaceException.class,
            ResultCode.EDQUOT, OutOfSpaceException.class));

    @ParameterizedTest
    @EnumSource
    void everyNumberBecomesItsException(ResultCode code) {
        assertThatThrownBy(() -> ResultCode.check(code.number(), "snapshot", "tank/a"))
                .isExactlyInstanceOf(LEAVES.getOrDefault(code, StorageException.class))
                .isInstanceOfSatisfying(
                        ZvpgException.class,
                        e -> assertThat(e.problem())
                                .startsWith("cannot snapshot tank/a: ")
                                .doesNotContain(";")
                                .endsWith(" (" + code.name() + ")"));
    }

    @ParameterizedTest
    @EnumSource
    void everyNumberIsFound(ResultCode code) {
        assertThat(ResultCode.of(code.number())).contains(code);
    }

    @Test
    void zeroIsNoError() {
        assertThatCode(() -> ResultCode.check(0, "snapshot", "tank/a")).doesNotThrowAnyException();
    }

    @Test
    void anUnknownNumberIsNamed() {
        assertThatThrownBy(() -> ResultCode.check(4242, "snapshot", "tank/a"))
                .isInstanceOfSatisfying(StorageException.class, e -> {
                    assertThat(e.operation()).isEqualTo("snapshot");
                    assertThat(e.target()).isEqualTo("tank/a");
                })
                .hasMessageContaining("4242");
    }

    @Test
    void zfsOwnNumbersAreCompleteTo24() {
        assertThat(Arrays.stream(ResultCode.values())
                        .mapToInt(ResultCode::number)
                        .filter(n -> n >= 1024))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1024, 1053).boxed().toList());
    }
}
