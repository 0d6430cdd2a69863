package dev.meshlog.infra.radio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values (RFC 4180) with a line of names first. {@code node} must be there; {@code network}, {@code key} (hex), {@code long_name} and
 * {@code short_name} are read too, other columns are passed over.
 */
final class KeyCsvFile {
    private static final List<String> FIELDS = List.of(
            "network", "id", "key", "name", "shortName", "state", "fingerprint", "source", "firstSeen", "lastSeen");
    private static final List<String> COLUMNS = List.of(
            "network",
            "node",
            "key",
            "long_name",
            "short_name",
            "state",
            "fingerprint",
            "source",
            "first_seen",
            "last_seen");

    private static final CsvMapper CSV =
            CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

    private KeyCsvFile() {}

    static void write(PrintWriter out, RadioTables tables, Collection<String> nodes) {
        try {
            out.print(line(COLUMNS));
            for (String node : nodes) {
                JsonNode key = RadioJson.key(tables, node);
                out.print(line(FIELDS.stream()
                        .map(field ->
                                key.path(field).isNull() ? "" : key.path(field).asText())
                        .toList()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
    }

    private static String line(List<String> values) throws IOException {
        var text = new StringWriter();
        try (SequenceWriter writer = CSV.writer().writeValues(text)) {
            writer.write(values);
        }
        return text.toString();
    }

    static void read(Reader in, NodeSink sink) throws IOException {
        try (MappingIterator<String[]> lines = CSV.readerFor(String[].class).readValues(in)) {
            if (!lines.hasNextValue()) {
                sink.bad(1, "the line with the names of the columns is missing");
                return;
            }
            var columns = new ArrayList<>(Arrays.asList(lines.nextValue()));
            columns.replaceAll(name -> name.strip().replaceFirst("^\ufeff", ""));
            if (!columns.contains("node")) {
                sink.bad(1, "there is no column 'node'");
                return;
            }
            while (lines.hasNextValue()) {
                long line = lines.getCurrentLocation().getLineNr();
                row(line, columns, lines.nextValue(), sink);
            }
        } catch (JsonProcessingException e) {
            sink.bad(
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                    "no CSV from here on: " + e.getOriginalMessage());
        }
    }

    private static void row(long line, List<String> columns, String[] values, NodeSink sink) {
        if (values.length == 1 && values[0].isBlank()) {
            return;
        }
        if (values.length != columns.size()) {
            sink.bad(line, "%d values in %d columns".formatted(values.length, columns.size()));
            return;
        }
        try {
            User.Builder user = User.newBuilder();
            var said = new LinkedHashMap<String, @Nullable JsonNode>();
            String number = value(columns, values, "node");
            said.put("node", number == null ? null : TextNode.valueOf(number));
            long node = NodeFields.number(said);
            String longName = value(columns, values, "long_name");
            String shortName = value(columns, values, "short_name");
            if (longName != null) {
                user.setLongName(ByteString.copyFromUtf8(longName));
            }
            if (shortName != null) {
                user.setShortName(ByteString.copyFromUtf8(shortName));
            }
            try {
                user.setPublicKey(NodeFields.hexKey(value(columns, values, "key")));
            } catch (IllegalArgumentException e) {
                sink.bad(line, "the key: " + e.getMessage());
            }
            sink.node(
                    line,
                    value(columns, values, "network"),
                    NodeInfo.newBuilder().setNum((int) node).setUser(user).build());
        } catch (IllegalArgumentException e) {
            sink.bad(line, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String value(List<String> columns, String[] values, String column) {
        int index = columns.indexOf(column);
        return index < 0 || values[index].isEmpty() ? null : values[index];
    }
}
