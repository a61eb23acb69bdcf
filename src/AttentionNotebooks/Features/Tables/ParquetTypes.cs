using static AttentionNotebooks.ThriftType;

namespace AttentionNotebooks;

/// <summary>The structs of Parquet's metadata: which type each field has, by its number.</summary>
/// <remarks>Format: apache/parquet-format, src/main/thrift/parquet.thrift.</remarks>
internal static class ParquetTypes
{
    private static readonly ThriftType Nothing = Struct();
    private static readonly ThriftType KeyValue = Struct(Text, Text);
    private static readonly ThriftType Statistics = Struct(Text, Text, Number, Number, Text, Text, Flag, Flag);
    private static readonly ThriftType Time = Struct(Flag, Struct(Nothing, Nothing, Nothing));

    private static readonly ThriftType LogicalType = Struct(
        Nothing, Nothing, Nothing, Nothing, Struct(Number, Number), Nothing, Time, Time, null, Struct(Octet, Flag),
        Nothing, Nothing, Nothing, Nothing, Nothing, Struct(Octet), Struct(Text), Struct(Text, Number));

    private static readonly ThriftType SchemaElement =
        Struct(Number, Number, Number, Text, Number, Number, Number, Number, Number, LogicalType);

    private static readonly ThriftType ColumnMetaData = Struct(
        Number, List(Number), List(Text), Number, Number, Number, Number, List(KeyValue), Number, Number, Number, Statistics,
        List(Struct(Number, Number, Number)), Number, Number, Struct(Number, List(Number), List(Number)),
        Struct(Struct(Real, Real, Real, Real, Real, Real, Real, Real), List(Number)));

    private static readonly ThriftType ColumnChunk =
        Struct(Text, Number, ColumnMetaData, Number, Number, Number, Number, Struct(Nothing, Struct(List(Text), Text)), Text);
    private static readonly ThriftType RowGroup =
        Struct(List(ColumnChunk), Number, Number, List(Struct(Number, Flag, Flag)), Number, Number, Number);
    private static readonly ThriftType Encryption = Struct(Struct(Text, Text, Flag), Struct(Text, Text, Flag));

    /// <summary>What the footer holds: 2 the schema, 4 the row groups.</summary>
    public static ThriftType FileMetaData { get; } =
        Struct(Number, List(SchemaElement), Number, List(RowGroup), List(KeyValue), Text, List(Struct(Nothing)), Encryption, Text);

    /// <summary>What each page begins with: 1 its type, 2 and 3 its size decompressed and as it is; 5, 7 and 8 by type.</summary>
    public static ThriftType PageHeader { get; } = Struct(
        Number, Number, Number, Number, Struct(Number, Number, Number, Number, Statistics), Nothing, Struct(Number, Number, Flag),
        Struct(Number, Number, Number, Number, Number, Number, Flag, Statistics));
}
