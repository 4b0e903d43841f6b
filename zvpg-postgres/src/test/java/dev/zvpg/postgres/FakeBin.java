package dev.zvpg.postgres;

import dev.zvpg.postgres.install.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A directory of links to a real installation's programs, some of them replaced by scripts. */
final class FakeBin {

    private final Path bin;
    private final Postgres real;

    FakeBin(Sandbox sandbox, Postgres real) throws IOException {
        this.bin = Files.createDirectory(sandbox.path("fake-bin"));
        this.real = real;
        for (String program : List.of("postgres", "initdb", "pg_ctl")) {
            Files.createSymbolicLink(bin.resolve(program), real.binDirectory().resolve(program));
        }
    }

    /** Replaces a program; {@code REAL} in the script is the real one. */
    FakeBin script(String program, String script) throws IOException {
        Files.delete(bin.resolve(program));
        Files.writeString(
                bin.resolve(program),
                "#!/bin/sh\n"
                        + script.replace(
                                "REAL", real.binDirectory().resolve(program).toString()));
        Files.setPosixFilePermissions(bin.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** Adds a program that the installation has and that is not always needed. */
    FakeBin add(String program, String script) throws IOException {
        Files.createSymbolicLink(bin.resolve(program), real.binDirectory().resolve(program));
        return script(program, script);
    }

    Path path() {
        return bin;
    }

    Postgres postgres() {
        String version = real.version();
        return Postgres.of(new Installation(bin, version, Integer.parseInt(version.split("\\D", 2)[0])));
    }
}
