package dev.meshlog.infra.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class DagCommandTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String EXAMPLE = DOCS.resolve("dag-example.dag").toString();

    private static final String TWO_CERTIFIED = """
            validators A B C D
            leader 1 A
            A1: A0 B0 C0
            A1': A0 B0 C0
            B1: B0 A0 C0
            C1: C0 A0 B0
            A2: A1 B1 C1
            B2: B1 A1 C1
            C2: C1 A1 B1
            A2': A1' B1 C1
            B2': B1 A1' C1
            C2': C1 A1' B1
            A3: A2 B2 C2
            B3: B2' A2' C2'
            """;

    @TempDir
    private Path work;

    private record Ended(int code, String out, String err) {}

    private static Ended run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        List<String> all = new ArrayList<>(List.of("dag"));
        all.addAll(List.of(arguments));
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
        return new Ended(code, out.toString(), err.toString());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(work.resolve(name), text).toString();
    }

    @Test
    void oneFileIsAnsweredWithoutItsName() throws IOException {
        Ended ended = run("decide", file("one.dag", "validators A\nA1: A0\nA2: A1\nA3: A2\n"));

        assertThat(ended).isEqualTo(new Ended(0, "leader 1 A commit direct A1\ncommit 1 A1: A1\n", ""));
    }

    @Test
    void severalFilesAreAnsweredEachBehindItsName() throws IOException {
        String one = file("one.dag", "validators A\r\nA1: A0\r\nA2: A1\r\nA3: A2\r\n");
        String none = file("none.dag", "validators A\n");

        Ended ended = run("decide", one, none);

        assertThat(ended.out())
                .isEqualTo("# " + one + "\nleader 1 A commit direct A1\ncommit 1 A1: A1\n# " + none + "\n");
        assertThat(ended.code()).isZero();
    }

    @Test
    void dashIsStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("validators A\nA1: A0\nA2: A1\nA3: A2\n".getBytes(UTF_8)));
        try {
            assertThat(run("decide", "-").out()).isEqualTo("leader 1 A commit direct A1\ncommit 1 A1: A1\n");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void illegalFileIsCodeTwoWithLineAndReasonAndTheOthersAreAnswered() throws IOException {
        String bad = file("bad.dag", "validators A\n\nA2: A1\n");
        String good = file("good.dag", "validators A\nA1: A0\nA2: A1\nA3: A2\n");

        Ended ended = run("decide", bad, good);

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo("error: " + bad + ": line 3: A2: unknown parent\n");
        assertThat(ended.out()).endsWith("commit 1 A1: A1\n");
        assertThat(run("explain", bad, "1").code()).isEqualTo(2);
        assertThat(run("draw", bad).code()).isEqualTo(2);
    }

    @Test
    void twoCertifiedVerticesInASlotAreCodeThree() throws IOException {
        String broken = file("broken.dag", TWO_CERTIFIED);
        Path svg = work.resolve("broken.svg");

        for (Ended ended : List.of(
                run("decide", broken), run("explain", broken, "1"), run("draw", broken, "-o", svg.toString()))) {
            assertThat(ended.code()).isEqualTo(3);
            assertThat(ended.err()).contains("certified in the leader slot of round 1: A1 and A1'");
            assertThat(ended.out()).isEmpty();
        }
        assertThat(svg).content().contains("BROKEN: A1 and A1'", "box broken");
    }

    @Test
    void whatIsNotAFileOrNotTextIsSaidWithoutAStackTrace() throws IOException {
        Path bytes = Files.write(work.resolve("bytes.dag"), new byte[] {(byte) 0xC3, 0x28});

        assertThat(run("decide", "nowhere.dag").err())
                .contains("there is no file nowhere.dag")
                .doesNotContain("\tat ");
        assertThat(run("decide", bytes.toString()).err()).contains("is not UTF-8 text");
        assertThat(run("decide", work.toString()).code()).isEqualTo(1);
    }

    @Test
    void wrongUseIsCodeTwo() {
        for (String[] arguments : new String[][] {
            {"decide"},
            {"explain", EXAMPLE},
            {"explain", EXAMPLE, "x"},
            {"explain", EXAMPLE, "0"},
            {"draw", EXAMPLE, "--rounds", "5"},
            {"draw", EXAMPLE, "--rounds", "5-3"},
            {"draw", EXAMPLE, "--rounds", "a-b"},
            {"draw", EXAMPLE, "--rounds", "10-12"}
        }) {
            Ended ended = run(arguments);
            assertThat(ended.code()).as("%s", List.of(arguments)).isEqualTo(2);
            assertThat(ended.err()).contains("Usage: meshlog dag").doesNotContain("\tat ");
        }
    }

    @Test
    void explanationIsAlsoAnObject() throws IOException {
        assertThat(run("explain", EXAMPLE, "1").out()).startsWith("round 1: B1 is committed indirectly\n");

        JsonNode told = new ObjectMapper()
                .readTree(run("explain", "--json", EXAMPLE, "1").out());

        assertThat(told.at("/outcome").asText()).isEqualTo("INDIRECT_COMMIT");
        assertThat(told.at("/anchor/leader").asText()).isEqualTo("B5");
        assertThat(told.at("/anchor/certificate").asText()).isEqualTo("B3");
        assertThat(told.at("/anchor/skipped/0").asLong()).isEqualTo(4);
        assertThat(told.at("/blame/vertices/0").asText()).isEqualTo("C2");
    }

    @Test
    void drawingHasEveryVertexOnceAndRoundsFromLeftToRight() throws Exception {
        Document svg = parse(run("draw", EXAMPLE).out());

        List<String> vertices = new ArrayList<>();
        List<Integer> at = new ArrayList<>();
        NodeList texts = svg.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            var text = (Element) texts.item(i);
            if (text.getAttribute("class").equals("vertex middle")) {
                vertices.add(text.getTextContent());
            } else if (text.getAttribute("class").equals("round middle")) {
                at.add(Integer.valueOf(text.getAttribute("x")));
            }
        }
        List<String> listed = Files.readAllLines(Path.of(EXAMPLE)).stream()
                .filter(line -> line.contains(":"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
        assertThat(vertices).containsExactlyInAnyOrderElementsOf(listed);
        assertThat(at).hasSize(10).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void drawingOfSomeRoundsHasNoOthers() throws Exception {
        String svg = run("draw", EXAMPLE, "--rounds", "3-4").out();

        parse(svg);
        assertThat(svg).contains(">round 3<", ">round 4<", ">A3<").doesNotContain(">round 2<", ">round 5<", ">A5<");
    }

    @Test
    void hostileNamesStayText() throws Exception {
        String svg = run("draw", file("names.dag", "validators <b>&\"\u00e9]]>\n<b>&\"\u00e9]]>1: <b>&\"\u00e9]]>0\n"))
                .out();

        assertThat(parse(svg).getElementsByTagName("b").getLength()).isZero();
    }

    @Test
    void exampleOfTheDocumentIsWhatTheCommandDraws() throws IOException {
        Path drawn = work.resolve("drawn.svg");
        run("draw", EXAMPLE, "-o", drawn.toString());

        assertThat(DOCS.resolve("dag-example.svg"))
                .as("made by: ./meshlog dag draw docs/dag-example.dag -o docs/dag-example.svg")
                .hasSameTextualContentAs(drawn);
    }

    @Test
    void examplesOfTheDocumentAreWhatTheCommandsPrint() throws IOException {
        String document = Files.readString(DOCS.resolve("dag.md"));

        assertThat(document).contains(indented(run("decide", EXAMPLE).out()));
        assertThat(document).contains(indented(run("explain", EXAMPLE, "7").out()));
    }

    private static String indented(String text) {
        return text.lines().map(line -> "    " + line + "\n").reduce("", String::concat);
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }
}
