// What every notebook loads first: the libraries of the built kit. A notebook's first cell is
//
//     #load "kit.csx"
//     using AttentionNotebooks;
//     Kit.Start()
//
// The using stands in the cell, because the usings of a loaded file hold in that file only. Kit.Start sets the kit up
// for this host and shows what it found; in a live notebook it also brings plotly.js to the page.
// The libraries come from the solution's one output folder. Build them first: dotnet build -c Release src/AttentionNotebooks.Cli
#r "../artifacts/bin/AttentionNotebooks.dll"
#r "../artifacts/bin/AttentionNotebooks.Interactive.dll"
#r "../artifacts/bin/TorchSharp.dll"
#r "../artifacts/bin/Microsoft.ML.Tokenizers.dll"
#r "../artifacts/bin/Microsoft.Data.Analysis.dll"
