package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaRulesTest {
    private static final String KIND =
            "{'name': 'kind', 'type': {'type': 'enum', 'name': 'Kind', 'symbols': ['UNKNOWN', 'A'], 'default': 'UNKNOWN'}}";
    private static final String NUMBER = "{'name': 'number', 'type': 'long'}";
    private static final Schema RELEASED = schema(NUMBER, KIND);

    @Test
    void fieldWithADefaultMayCome() {
        assertThat(against(schema(NUMBER, KIND, "{'name': 'more', 'type': ['null', 'string'], 'default': null}")))
                .isEmpty();
    }

    @Test
    void fieldWithoutADefaultMayNotCome() {
        assertThat(against(schema(NUMBER, KIND, "{'name': 'more', 'type': 'string'}")))
                .singleElement()
                .asString()
                .contains("the current schema can't read records of release 1", "READER_FIELD_MISSING_DEFAULT_VALUE");
    }

    @Test
    void fieldThatHasNoDefaultInTheReleasedSchemaMayNotGo() {
        assertThat(against(schema(KIND)))
                .singleElement()
                .asString()
                .contains("release 1 can't read records of the current schema", "READER_FIELD_MISSING_DEFAULT_VALUE");
    }

    @Test
    void typeMayNotChange() {
        assertThat(against(schema("{'name': 'number', 'type': 'string'}", KIND)))
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem).contains("TYPE_MISMATCH"));
    }

    @Test
    void widerTypeIsRefusedBecauseOldReadersCanNotReadIt() {
        Schema narrow = schema("{'name': 'number', 'type': 'int'}");
        Schema wide = schema(NUMBER);
        assertThat(SchemaRules.againstReleased(wide, new TreeMap<>(Map.of(1, narrow))))
                .singleElement()
                .asString()
                .contains("release 1 can't read");
    }

    @Test
    void symbolMayCome() {
        assertThat(against(schema(NUMBER, KIND.replace("'A'", "'A', 'B'")))).isEmpty();
    }

    @Test
    void symbolOfAnEnumWithoutDefaultMayNotCome() {
        String bare = KIND.replace(", 'default': 'UNKNOWN'", "");
        Schema old = schema(bare);
        Schema now = schema(bare.replace("'A'", "'A', 'B'"));
        assertThat(SchemaRules.againstReleased(now, new TreeMap<>(Map.of(1, old))))
                .singleElement()
                .asString()
                .contains("release 1 can't read", "MISSING_ENUM_SYMBOLS");
        assertThat(SchemaRules.ofItself(now)).containsExactly("enum x.Kind has no default symbol");
    }

    @Test
    void everyReleasedVersionCountsAndNotOnlyTheNewest() {
        Schema oldest = schema("{'name': 'old', 'type': 'string'}", NUMBER);
        assertThat(SchemaRules.againstReleased(
                        schema("{'name': 'old', 'type': 'long', 'default': 0}", NUMBER),
                        new TreeMap<>(Map.of(1, oldest, 2, schema(NUMBER)))))
                .singleElement()
                .asString()
                .contains("the current schema can't read records of release 1");
    }

    @Test
    void namespaceMayNotChange() {
        Schema moved = parse(RELEASED.toString().replace("\"namespace\":\"x\"", "\"namespace\":\"y\""));
        assertThat(against(moved))
                .containsExactly(
                        "Rec was x.Rec in release 1 and is y.Rec now",
                        "Kind was x.Kind in release 1 and is y.Kind now, at /kind");
    }

    @Test
    void nameOfATypeInsideMayNotChange() {
        String part =
                "{'name': 'part', 'type': ['null', {'type': 'array', 'items': {'type': 'record', 'name': 'Part', 'namespace': '%s', 'fields': []}}]}";
        assertThat(SchemaRules.againstReleased(
                        schema(part.formatted("q")), new TreeMap<>(Map.of(1, schema(part.formatted("p"))))))
                .containsExactly("Part was p.Part in release 1 and is q.Part now, at /part[]");
    }

    @Test
    void frozenSchemaMayChangeItsWordsOnly() {
        var released = new TreeMap<>(Map.of(1, schema(NUMBER)));
        assertThat(SchemaRules.frozen(schema(NUMBER.replace("}", ", 'doc': 'counted'}")), released))
                .isEmpty();
        assertThat(SchemaRules.frozen(schema(NUMBER.replace("}", ", 'default': 0}"), KIND), released))
                .hasSize(1);
    }

    private static List<String> against(Schema current) {
        return SchemaRules.againstReleased(current, new TreeMap<>(Map.of(1, RELEASED)));
    }

    private static Schema schema(String... fields) {
        return parse("{'type': 'record', 'name': 'Rec', 'namespace': 'x', 'fields': [%s]}"
                .formatted(String.join(", ", fields))
                .replace('\'', '"'));
    }

    private static Schema parse(String json) {
        return new Schema.Parser().parse(json.replace('\'', '"'));
    }
}
