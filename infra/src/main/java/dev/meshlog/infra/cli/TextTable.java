package dev.meshlog.infra.cli;

import dev.meshlog.schemas.json.TerminalEscapes;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns as wide as what stands in them; the last one, where names belong, has no width. What a terminal would obey is escaped. */
final class TextTable {
    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... heads) {
        rows.add(heads);
    }

    TextTable row(String... cells) {
        rows.add(Arrays.stream(cells).map(TerminalEscapes::plain).toArray(String[]::new));
        return this;
    }

    void print(PrintWriter out) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        for (String[] row : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < columns - 1; column++) {
                line.append(row[column]).append(" ".repeat(widths[column] - row[column].length() + 1));
            }
            out.println(line.append(row[columns - 1]).toString().stripTrailing());
        }
    }
}
