// What every notebook loads first: the built kit, set up for this host. A notebook's first cell is
//
//     #load "kit.csx"
//     using AttentionNotebooks;
//     using AttentionNotebooks;
//     kit
//
// The usings stand in the cell because those of a loaded file hold in that file only; the last line shows what
// Kit.Start found and, in a live notebook, brings the page plotly.js.
// The libraries come from the solution's one output folder. Build them first: dotnet build -c Release src/AttentionNotebooks.Cli
#r "../artifacts/bin/AttentionNotebooks.dll"
#r "../artifacts/bin/AttentionNotebooks.Interactive.dll"
#r "../artifacts/bin/TorchSharp.dll"
#r "../artifacts/bin/Microsoft.ML.Tokenizers.dll"
#r "../artifacts/bin/Microsoft.Data.Analysis.dll"
using AttentionNotebooks;

var kit = Kit.Start();
