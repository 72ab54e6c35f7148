#include "engine_programs.h"

// The engines' programs go into the binary as they are, so that there is nothing to find at run time. This list is made by
// `make engine-programs`; a test compares it with the folder.

static const unsigned char file_0[] = {
#embed "java/.gitkeep"
};

static const unsigned char file_1[] = {
#embed "java/META-INF/services/org.apache.flink.table.factories.Factory"
};

static const unsigned char file_2[] = {
#embed "java/dev/beamstack/cluster/LoopbackServers.java"
};

static const unsigned char file_3[] = {
#embed "java/dev/beamstack/flink/SqlRunner.java"
};

static const unsigned char file_4[] = {
#embed "java/dev/beamstack/flink/SqlScript.java"
};

static const unsigned char file_5[] = {
#embed "java/dev/beamstack/flink/SqlScriptException.java"
};

static const unsigned char file_6[] = {
#embed "java/dev/beamstack/flink/files/FilesTableFactory.java"
};

static const unsigned char file_7[] = {
#embed "java/dev/beamstack/flink/files/FilesTableSource.java"
};

static const unsigned char file_8[] = {
#embed "java/dev/beamstack/flink/files/Glob.java"
};

static const unsigned char file_9[] = {
#embed "java/dev/beamstack/flink/files/GlobEnumerator.java"
};

static const unsigned char file_10[] = {
#embed "java/dev/beamstack/flink/files/PathColumnFormat.java"
};

static const unsigned char file_11[] = {
#embed "java/dev/beamstack/flink/formats/Compression.java"
};

static const unsigned char file_12[] = {
#embed "java/dev/beamstack/flink/formats/CsvDialect.java"
};

static const unsigned char file_13[] = {
#embed "java/dev/beamstack/flink/formats/CsvFormatFactory.java"
};

static const unsigned char file_14[] = {
#embed "java/dev/beamstack/flink/formats/CsvGuard.java"
};

static const unsigned char file_15[] = {
#embed "java/dev/beamstack/flink/formats/CsvRowText.java"
};

static const unsigned char file_16[] = {
#embed "java/dev/beamstack/flink/formats/CsvSource.java"
};

static const unsigned char file_17[] = {
#embed "java/dev/beamstack/flink/formats/CsvValues.java"
};

static const unsigned char file_18[] = {
#embed "java/dev/beamstack/flink/formats/FormatFactory.java"
};

static const unsigned char file_19[] = {
#embed "java/dev/beamstack/flink/formats/InputException.java"
};

static const unsigned char file_20[] = {
#embed "java/dev/beamstack/flink/formats/JsonFormatFactory.java"
};

static const unsigned char file_21[] = {
#embed "java/dev/beamstack/flink/formats/JsonRecordFormatFactory.java"
};

static const unsigned char file_22[] = {
#embed "java/dev/beamstack/flink/formats/JsonRecords.java"
};

static const unsigned char file_23[] = {
#embed "java/dev/beamstack/flink/formats/JsonRowText.java"
};

static const unsigned char file_24[] = {
#embed "java/dev/beamstack/flink/formats/JsonRows.java"
};

static const unsigned char file_25[] = {
#embed "java/dev/beamstack/flink/formats/JsonSource.java"
};

static const unsigned char file_26[] = {
#embed "java/dev/beamstack/flink/formats/JsonText.java"
};

static const unsigned char file_27[] = {
#embed "java/dev/beamstack/flink/formats/JsonValues.java"
};

static const unsigned char file_28[] = {
#embed "java/dev/beamstack/flink/formats/LineRowText.java"
};

static const unsigned char file_29[] = {
#embed "java/dev/beamstack/flink/formats/LineSource.java"
};

static const unsigned char file_30[] = {
#embed "java/dev/beamstack/flink/formats/Lines.java"
};

static const unsigned char file_31[] = {
#embed "java/dev/beamstack/flink/formats/PythonText.java"
};

static const unsigned char file_32[] = {
#embed "java/dev/beamstack/flink/formats/RecordText.java"
};

static const unsigned char file_33[] = {
#embed "java/dev/beamstack/flink/formats/ReturnedRowsFormatFactory.java"
};

static const unsigned char file_34[] = {
#embed "java/dev/beamstack/flink/formats/RowFileFormat.java"
};

static const unsigned char file_35[] = {
#embed "java/dev/beamstack/flink/formats/RowSource.java"
};

static const unsigned char file_36[] = {
#embed "java/dev/beamstack/flink/formats/RowText.java"
};

static const unsigned char file_37[] = {
#embed "java/dev/beamstack/flink/formats/TextFormatFactory.java"
};

static const unsigned char file_38[] = {
#embed "java/dev/beamstack/flink/formats/Utf8Output.java"
};

static const unsigned char file_39[] = {
#embed "java/dev/beamstack/flink/functions/Characters.java"
};

static const unsigned char file_40[] = {
#embed "java/dev/beamstack/flink/functions/Floats.java"
};

static const unsigned char file_41[] = {
#embed "java/dev/beamstack/flink/functions/Integers.java"
};

static const unsigned char file_42[] = {
#embed "java/dev/beamstack/flink/functions/Numerals.java"
};

static const unsigned char file_43[] = {
#embed "java/dev/beamstack/flink/functions/PythonException.java"
};

static const unsigned char file_44[] = {
#embed "java/dev/beamstack/flink/functions/Texts.java"
};

static const unsigned char file_45[] = {
#embed "java/dev/beamstack/flink/functions/Times.java"
};

static const unsigned char file_46[] = {
#embed "java/dev/beamstack/flink/functions/Values.java"
};

const struct engine_program engine_programs[] = {
    {"java/.gitkeep", file_0, sizeof file_0},
    {"java/META-INF/services/org.apache.flink.table.factories.Factory", file_1, sizeof file_1},
    {"java/dev/beamstack/cluster/LoopbackServers.java", file_2, sizeof file_2},
    {"java/dev/beamstack/flink/SqlRunner.java", file_3, sizeof file_3},
    {"java/dev/beamstack/flink/SqlScript.java", file_4, sizeof file_4},
    {"java/dev/beamstack/flink/SqlScriptException.java", file_5, sizeof file_5},
    {"java/dev/beamstack/flink/files/FilesTableFactory.java", file_6, sizeof file_6},
    {"java/dev/beamstack/flink/files/FilesTableSource.java", file_7, sizeof file_7},
    {"java/dev/beamstack/flink/files/Glob.java", file_8, sizeof file_8},
    {"java/dev/beamstack/flink/files/GlobEnumerator.java", file_9, sizeof file_9},
    {"java/dev/beamstack/flink/files/PathColumnFormat.java", file_10, sizeof file_10},
    {"java/dev/beamstack/flink/formats/Compression.java", file_11, sizeof file_11},
    {"java/dev/beamstack/flink/formats/CsvDialect.java", file_12, sizeof file_12},
    {"java/dev/beamstack/flink/formats/CsvFormatFactory.java", file_13, sizeof file_13},
    {"java/dev/beamstack/flink/formats/CsvGuard.java", file_14, sizeof file_14},
    {"java/dev/beamstack/flink/formats/CsvRowText.java", file_15, sizeof file_15},
    {"java/dev/beamstack/flink/formats/CsvSource.java", file_16, sizeof file_16},
    {"java/dev/beamstack/flink/formats/CsvValues.java", file_17, sizeof file_17},
    {"java/dev/beamstack/flink/formats/FormatFactory.java", file_18, sizeof file_18},
    {"java/dev/beamstack/flink/formats/InputException.java", file_19, sizeof file_19},
    {"java/dev/beamstack/flink/formats/JsonFormatFactory.java", file_20, sizeof file_20},
    {"java/dev/beamstack/flink/formats/JsonRecordFormatFactory.java", file_21, sizeof file_21},
    {"java/dev/beamstack/flink/formats/JsonRecords.java", file_22, sizeof file_22},
    {"java/dev/beamstack/flink/formats/JsonRowText.java", file_23, sizeof file_23},
    {"java/dev/beamstack/flink/formats/JsonRows.java", file_24, sizeof file_24},
    {"java/dev/beamstack/flink/formats/JsonSource.java", file_25, sizeof file_25},
    {"java/dev/beamstack/flink/formats/JsonText.java", file_26, sizeof file_26},
    {"java/dev/beamstack/flink/formats/JsonValues.java", file_27, sizeof file_27},
    {"java/dev/beamstack/flink/formats/LineRowText.java", file_28, sizeof file_28},
    {"java/dev/beamstack/flink/formats/LineSource.java", file_29, sizeof file_29},
    {"java/dev/beamstack/flink/formats/Lines.java", file_30, sizeof file_30},
    {"java/dev/beamstack/flink/formats/PythonText.java", file_31, sizeof file_31},
    {"java/dev/beamstack/flink/formats/RecordText.java", file_32, sizeof file_32},
    {"java/dev/beamstack/flink/formats/ReturnedRowsFormatFactory.java", file_33, sizeof file_33},
    {"java/dev/beamstack/flink/formats/RowFileFormat.java", file_34, sizeof file_34},
    {"java/dev/beamstack/flink/formats/RowSource.java", file_35, sizeof file_35},
    {"java/dev/beamstack/flink/formats/RowText.java", file_36, sizeof file_36},
    {"java/dev/beamstack/flink/formats/TextFormatFactory.java", file_37, sizeof file_37},
    {"java/dev/beamstack/flink/formats/Utf8Output.java", file_38, sizeof file_38},
    {"java/dev/beamstack/flink/functions/Characters.java", file_39, sizeof file_39},
    {"java/dev/beamstack/flink/functions/Floats.java", file_40, sizeof file_40},
    {"java/dev/beamstack/flink/functions/Integers.java", file_41, sizeof file_41},
    {"java/dev/beamstack/flink/functions/Numerals.java", file_42, sizeof file_42},
    {"java/dev/beamstack/flink/functions/PythonException.java", file_43, sizeof file_43},
    {"java/dev/beamstack/flink/functions/Texts.java", file_44, sizeof file_44},
    {"java/dev/beamstack/flink/functions/Times.java", file_45, sizeof file_45},
    {"java/dev/beamstack/flink/functions/Values.java", file_46, sizeof file_46},
};
const size_t engine_program_count = sizeof engine_programs / sizeof engine_programs[0];
