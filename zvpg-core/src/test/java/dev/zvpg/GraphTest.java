package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Small histories, drawn as text and as Mermaid. */
class GraphTest {

    private final DrawnHistory history = new DrawnHistory();

    private void draws(String... lines) {
        assertThat(history).hasToString(String.join("\n", lines));
    }

    @Test
    void snapshotsOfOneBranchStandInOneLineTheNewestOnTop() {
        history.branch("main")
                .snapshot("main", "v1", "Initial database schema")
                .snapshot("main", "v2", "Table customers", "v1");
        draws("* main@v2 (main) Table customers", "* main@v1 Initial database schema");
    }

    @Test
    void aBranchForksToTheRightRightAboveWhereItBegan() {
        history.branch("main")
                .snapshot("main", "v1", "Initial database schema")
                .branch("topic", "v1")
                .snapshot("topic", "t1", "", "v1")
                .snapshot("main", "v2", "Table customers", "v1")
                .branch("feature/new-api", "v2")
                .snapshot("feature/new-api", "f1", "Table orders", "v2")
                .clone("trial", "f1")
                .snapshot("main", "v3", "Prices with VAT", "v2")
                .snapshot("topic", "t2", "", "t1");
        draws(
                "* main@v3 (main) Prices with VAT",
                "| * feature/new-api@f1 (feature/new-api, clone trial) Table orders",
                "|/",
                "* main@v2 Table customers",
                "| * topic@t2 (topic)",
                "| * topic@t1",
                "|/",
                "* main@v1 Initial database schema");
    }

    @Test
    void branchesOfBranchesLieFurtherToTheRight() {
        history.branch("main")
                .snapshot("main", "v1", "")
                .branch("a", "v1")
                .snapshot("a", "a1", "", "v1")
                .branch("b", "a1")
                .snapshot("b", "b1", "", "a1")
                .snapshot("a", "a2", "", "a1")
                .snapshot("main", "v2", "", "v1")
                .branch("c", "b1");
        draws("* main@v2 (main)", "| * a@a2 (a)", "| | * b@b1 (b, c)", "| |/", "| * a@a1", "|/", "* main@v1");
    }

    @Test
    void aMergeHasALineToEachParent() {
        history.branch("main")
                .snapshot("main", "v1", "")
                .branch("feature", "v1")
                .snapshot("feature", "f1", "", "v1")
                .snapshot("main", "v2", "", "v1")
                .snapshot("main", "m1", "Merge feature", "v2", "f1")
                .snapshot("feature", "f2", "", "f1");
        draws(
                "* main@m1 (main) Merge feature",
                "|\\",
                "* | main@v2",
                "| | * feature@f2 (feature)",
                "| |/",
                "| * feature@f1",
                "|/",
                "* main@v1");
    }

    @Test
    void linesThatCrossPassBelowTheOthers() {
        history.branch("main")
                .snapshot("main", "v1", "")
                .branch("feature", "v1")
                .snapshot("feature", "f1", "", "v1")
                .branch("deep", "f1")
                .snapshot("deep", "d1", "", "f1")
                .branch("topic", "v1")
                .snapshot("topic", "t1", "", "v1")
                .snapshot("feature", "f2", "", "f1")
                .snapshot("main", "v2", "", "v1")
                .snapshot("main", "m1", "", "v2", "f2")
                .snapshot("topic", "t2", "three parents", "t1", "m1", "d1");
        draws(
                "* topic@t2 (topic) three parents",
                "|\\",
                "|\\ \\",
                "| | * main@m1 (main)",
                "| | |\\",
                "| | * | main@v2",
                "* | | | topic@t1",
                "|_|/ /",
                "| | * feature@f2 (feature)",
                "| * | deep@d1 (deep)",
                "| |/",
                "| * feature@f1",
                "|/",
                "* main@v1");
    }

    @Test
    void whatAResetLeftBehindIsALineOfItsOwn() {
        history.branch("main")
                .snapshot("main", "v1", "")
                .snapshot("main", "v2", "", "v1")
                .snapshot("main", "saved", "before the reset to main@v1", "v2")
                .snapshot("main", "v3", "", "v1");
        draws("* main@v3 (main)", "| * main@saved before the reset to main@v1", "| * main@v2", "|/", "* main@v1");
    }

    @Test
    void historiesWithoutACommonBeginningStandBelowOneAnother() {
        history.branch("main")
                .branch("other")
                .snapshot("main", "v1", "")
                .snapshot("other", "o1", "")
                .snapshot("main", "v2", "both", "v1", "o1");
        draws("* main@v2 (main) both", "|\\", "* | main@v1", " /", "* other@o1 (other)");
    }

    @Test
    void whatHoldsNoSnapshotIsNamedAtTheEnd() {
        history.branch("main").clone("lost", "gone");
        draws("(main) without a snapshot", "(clone lost) without a snapshot");
    }

    @Test
    void aDeletedBranchIsStillNamedByItsSnapshots() {
        history.branch("main")
                .snapshot("main", "v1", "")
                .branch("feature", "v1")
                .deleteBranch("main");
        draws("* main@v1 (feature)");
    }

    @Test
    void aSnapshotWhoseParentIsGoneBeginsALine() {
        history.branch("main").snapshot("main", "v2", "", "gone").snapshot("main", "v3", "", "v2");
        draws("* main@v3 (main)", "* main@v2");
    }

    @Test
    void snapshotsThatFollowEachOtherInACircleAreDrawnOnce() {
        history.branch("main").snapshot("main", "v1", "", "v2").snapshot("main", "v2", "", "v1");
        assertThat(history.graph().text().lines()).hasSize(2);
    }

    @Test
    void ofAMessageTheFirstLineIsShownCutAndWithoutControlCharacters() {
        history.branch("main")
                .snapshot("main", "v1", "\n first\u001b[31m\tline \nsecond line")
                .snapshot("main", "v2", "ä".repeat(100), "v1")
                .snapshot("main", "v3", "right\u202Eleft\u2028end", "v2");
        draws(
                "* main@v3 (main) right\uFFFDleft\uFFFDend",
                "* main@v2 " + "ä".repeat(71) + "…",
                "* main@v1 first\uFFFD[31m line");
    }

    @Test
    void mermaidDrawsSnapshotsBranchesAndClones() {
        history.branch("main")
                .snapshot("main", "v1", "Initial schema")
                .branch("feature/new-api", "v1")
                .snapshot("feature/new-api", "f1", "", "v1")
                .clone("trial", "v1")
                .branch("empty");
        assertThat(history.graph().mermaid()).isEqualTo("""
                flowchart BT
                    s1["main@v1#58; Initial schema"]
                    s1 -.- l0(["branch main"])
                    s1 -.- l1[/"clone trial"/]
                    s0["feature/new-api@f1"]
                    s1 --> s0
                    s0 -.- l2(["branch feature/new-api"])
                    l3(["branch empty without a snapshot"])
                """);
    }

    @Test
    void mermaidSeesNothingOfItsOwnInNamesAndMessages() {
        history.branch("main")
                .snapshot(
                        "main", "v1", "%%{init: {}}%% \"`**x**`\" <b>#35; end]);\\ style a:#b; $$x$$ www.example.org");
        assertThat(history.graph().mermaid().lines().filter(line -> line.contains("s0[")))
                .singleElement()
                .asString()
                .matches(" {4}s0\\[\"[\\p{L}\\p{Nd} /@,()…-]*(#\\d+;[\\p{L}\\p{Nd} /@,()…-]*)*\"]");
    }
}
