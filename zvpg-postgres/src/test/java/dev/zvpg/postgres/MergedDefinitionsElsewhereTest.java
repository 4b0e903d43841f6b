package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Effort;
import dev.zvpg.directory.SmallDisk;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.storage.ChildJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions are merged on each version, without the library that writes them, and on a disk that fills up. */
class MergedDefinitionsElsewhereTest extends TwoBranches {

    static Stream<Postgres> versions() {
        return Versions14To18.embedded();
    }

    @ParameterizedTest
    @MethodSource("versions")
    @Tag(Effort.ANYBODY)
    void aMigrationIsMergedOnEachVersion(Postgres postgres) throws Exception {
        makeRepository(postgres);
        both(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE customer (id serial PRIMARY KEY, name text, mood mood DEFAULT 'ok')",
                "INSERT INTO customer (name) SELECT 'c' || i FROM generate_series(1, 3) i",
                "CREATE VIEW names AS SELECT id, name FROM customer",
                "CREATE TABLE part (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k)",
                "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1)",
                "INSERT INTO part VALUES (1, 1)");
        ours(
                "ALTER TABLE customer ADD COLUMN phone text",
                "INSERT INTO customer (name, phone) VALUES ('ours', '+4')",
                "INSERT INTO part VALUES (2, 1)");
        theirs(
                "ALTER TABLE customer RENAME COLUMN name TO full_name",
                "ALTER TABLE customer ADD COLUMN since timestamptz NOT NULL DEFAULT now()",
                "ALTER TABLE customer ADD COLUMN level int NOT NULL DEFAULT 7",
                "ALTER TABLE customer ADD CHECK (level > 0)",
                "ALTER TYPE mood ADD VALUE 'happy'",
                "UPDATE customer SET mood = 'happy', level = 9 WHERE id = 2",
                "ALTER TABLE part ADD COLUMN t text DEFAULT 'p'",
                "CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)",
                "INSERT INTO part VALUES (3, 2, 'q')",
                "CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customer)",
                "INSERT INTO orders (customer) VALUES (1), (2)",
                "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 2'",
                "CREATE INDEX ON customer (twice(level))");
        main.merge(feature);
        assertThat(rows("SELECT id, full_name, phone, mood, level FROM customer"))
                .isEqualTo("(1,c1,,ok,7) (2,c2,,happy,9) (3,c3,,ok,7) (4,ours,+4,ok,7)");
        assertThat(rows("SELECT * FROM part")).isEqualTo("(1,1,p) (2,1,p) (3,2,q)");
        assertThat(rows("SELECT * FROM orders")).isEqualTo("(1,1) (2,2)");
        assertThat(differences()).containsExactly("Added table column public.customer.phone");
    }

    @Test
    @Tag(Effort.ANYBODY)
    void withoutTheLibraryRowsAndNamesAreMergedAndOtherDefinitionsNeedItByName() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("pgcodekeeper"))
                .collect(Collectors.joining(File.pathSeparator));
        Path log = sandbox.path("log");
        Process child = dev.zvpg.postgres.ChildJvm.start(classPath, log, Map.of(), WithoutPgCodeKeeper.class);
        assertThat(child.waitFor()).as(Files.readString(log)).isZero();
        String needs = "ConfigurationException: .*org.pgcodekeeper:pgcodekeeper-core:13.1.0.*";
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.startsWith("> "))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("> rows: (1,theirs)"),
                        line -> assertThat(line).isEqualTo("> names: (1,theirs)"),
                        line -> assertThat(line).isEqualTo("> script of names: 2 statements rename"),
                        line -> assertThat(line).matches("> merge: " + needs),
                        line -> assertThat(line).matches("> script: " + needs),
                        line -> assertThat(line).matches("> script again: " + needs),
                        line -> assertThat(line).isEqualTo("> the table is not there, and the diff tells it"));
    }

    @Test
    void aDiskThatFillsUpMergesAllOrNothingAndGoesOnWhenThereIsSpace() throws Exception {
        assumeTrue(
                ServerUser.of(null).switched(),
                "needs root: who may mount a small disk otherwise is no user that a server can run as");
        Path disk = Files.createDirectory(sandbox.path("disk"));
        try (ChildJvm child = new ChildJvm(SmallDisk.wrapper(disk, 1_000), FullMergeDisk.class, disk.toString())) {
            List<String> lines = child.rest();
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("> "))
                    .containsExactly(
                            "> trial: nothing", "> merge: all or nothing", "> in the end: (1,theirs,7) (2,ours,7)");
        }
    }
}
