package dev.meshlog.infra.radio;

import dev.meshlog.streams.query.RadioTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.Collection;

/** What a file of nodes and keys looks like. The form of a key follows from it alone: hex digits are valid base64, too. */
public enum KeyFileFormat {
    /** Ours: JSON, keys in hex. */
    JSON,
    /** Comma-separated values, keys in hex. */
    CSV,
    /** The Python client's node list: JSON, keys in base64. It knows no networks. */
    NODES;

    /** @param nodes of one network, when the form knows none */
    public void write(PrintWriter out, RadioTables tables, Collection<String> nodes) {
        switch (this) {
            case JSON -> KeyJsonFile.write(out, tables, nodes);
            case CSV -> KeyCsvFile.write(out, tables, nodes);
            case NODES -> ClientNodesFile.write(out, tables, nodes);
        }
    }

    /** Reads to the end, whatever is wrong with single records. */
    public void read(Reader in, NodeSink sink) throws IOException {
        switch (this) {
            case JSON -> KeyJsonFile.read(in, sink);
            case CSV -> KeyCsvFile.read(in, sink);
            case NODES -> ClientNodesFile.read(in, sink);
        }
    }
}
