package dev.meshlog.infra.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.DagFile;
import dev.meshlog.ledger.dag.FileVertex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where everything is. A column for each round, as wide as its widest slot: equivocations stand side by side; between the columns room for
 * the lines to parents.
 */
final class Layout {
    static final int NODE_HEIGHT = 32;
    static final int CHIP_WIDTH = 80;
    static final int HEADER_TOP = 64;
    static final int TOP = 142;
    static final int ROW = 50;

    private static final int COPY_GAP = 6;
    private static final int MARGIN = 20;
    private static final int MIN_WIDTH = 900;

    /** Of a digit or letter at the sizes used; fonts differ, so it is on the safe side. */
    private static final int CHARACTER = 8;

    final RoundRange rounds;
    final int nodeWidth;
    final int left;
    final int width;
    final int bottom;
    private final Map<Long, Integer> columns = new HashMap<>();
    private final Map<Long, Integer> columnWidths = new HashMap<>();
    private final Map<VertexRef, Point> points = new HashMap<>();
    private final TreeMap<Long, List<FileVertex>> byRound = new TreeMap<>();

    /** Left edge and middle of a vertex. */
    record Point(int x, int y) {}

    Layout(DagFile file, RoundRange asked) {
        this.rounds = asked.upTo(file.highestRound());
        file.vertices()
                .forEach(vertex -> byRound.computeIfAbsent(vertex.name().round(), any -> new ArrayList<>())
                        .add(vertex));
        byRound.values().forEach(round -> round.sort(Comparator.comparing(FileVertex::ref)));
        int size = file.validatorNames().size();
        int nameLength =
                file.validatorNames().stream().mapToInt(String::length).max().orElse(1);
        int longest = byRound.subMap(rounds.first(), true, rounds.last(), true).values().stream()
                .flatMap(List::stream)
                .mapToInt(vertex -> vertex.name().text().length())
                .max()
                .orElse(0);
        this.nodeWidth = CHARACTER * Math.max(longest, nameLength + 1) + 18;
        this.left = MARGIN + CHARACTER * (nameLength + 6) + MARGIN;
        int gap = 48 + Math.min(48, 4 * size);
        int x = left;
        for (long round = rounds.first(); round <= rounds.last(); round++) {
            List<FileVertex> vertices = byRound.getOrDefault(round, List.of());
            int nodes = copies(vertices) * (nodeWidth + COPY_GAP) - COPY_GAP;
            int column = Math.max(nodes, CHIP_WIDTH);
            columns.put(round, x);
            columnWidths.put(round, column);
            place(vertices, x + (column - nodes) / 2);
            if (round == 0) {
                for (int i = 0; i < size; i++) {
                    points.put(file.implicit(i), new Point(x + (column - nodes) / 2, row(i)));
                }
            }
            x += column + gap;
        }
        this.width = Math.max(MIN_WIDTH, x - gap + 2 * MARGIN);
        this.bottom = TOP + size * ROW;
    }

    private void place(List<FileVertex> vertices, int x) {
        Map<Integer, Integer> before = new HashMap<>();
        for (FileVertex vertex : vertices) {
            int validator = vertex.name().validator();
            int copy = before.merge(validator, 1, Integer::sum) - 1;
            points.put(vertex.ref(), new Point(x + copy * (nodeWidth + COPY_GAP), row(validator)));
        }
    }

    private static int copies(List<FileVertex> vertices) {
        Map<Integer, Integer> counts = new HashMap<>();
        vertices.forEach(vertex -> counts.merge(vertex.name().validator(), 1, Integer::sum));
        return counts.values().stream().mapToInt(count -> count).max().orElse(1);
    }

    List<FileVertex> vertices(long round) {
        return byRound.getOrDefault(round, List.of());
    }

    /** Those further to the right first. */
    List<FileVertex> verticesFromTheRight(long round) {
        List<FileVertex> sorted = new ArrayList<>(vertices(round));
        sorted.sort(Comparator.comparingInt(vertex -> {
            Point at = points.get(vertex.ref());
            return at == null ? 0 : -at.x();
        }));
        return sorted;
    }

    /** Middle of a validator's row. */
    int row(int validator) {
        return TOP + validator * ROW + ROW / 2;
    }

    int column(long round) {
        return columns.getOrDefault(round, left);
    }

    int columnWidth(long round) {
        return columnWidths.getOrDefault(round, CHIP_WIDTH);
    }

    /** Null when its round is not drawn. */
    @Nullable Point find(VertexRef ref) {
        return points.get(ref);
    }
}
