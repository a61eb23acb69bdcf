// Writes arrow-*.parquet, a head table as Arrow's Rust implementation writes it: node make.mjs, with the packages
// parquet-wasm 0.8.0 and apache-arrow 21.2.0.
import * as arrow from "apache-arrow";
import { writeFileSync } from "fs";
import { createRequire } from "module";

const parquet = createRequire(import.meta.url)("parquet-wasm/node");
const column = (type, values) => arrow.vectorFromArray(values, type);
const table = new arrow.Table({
  layer: column(new arrow.Int32(), [0, 0, 1, 1]),
  head: column(new arrow.Int32(), [0, 1, 0, 1]),
  mean_distance: column(new arrow.Float64(), [1, 2, 2, 1]),
  entropy: column(new arrow.Float64(), [0.5, 0.25, 0, 1]),
});

const write = (name, properties) =>
  writeFileSync(`arrow-${name}.parquet`, parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, "stream")), properties.build()));
const properties = () => new parquet.WriterPropertiesBuilder();
write("snappy", properties().setCompression(parquet.Compression.SNAPPY));
write("v2", properties().setCompression(parquet.Compression.ZSTD).setWriterVersion(parquet.WriterVersion.V2));
write("plain", properties().setCompression(parquet.Compression.UNCOMPRESSED).setDictionaryEnabled(false));
