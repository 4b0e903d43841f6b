package dev.zvpg.zfs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Tests that run where a pool was made for them. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(
        named = TestPool.VARIABLE,
        matches = ".+",
        disabledReason = "needs a ZFS pool made for tests; zfs-machine run has one")
@interface NeedsPool {}
