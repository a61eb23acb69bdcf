namespace AttentionNotebooks.Tests;

public class InputExceptionTests
{
    [Fact]
    public void An_error_is_one_line_with_source_place_problem_and_remedy()
    {
        var error = new InputException("model.safetensors", "byte 8", "the header is cut off", "Copy the file again");
        Assert.Equal("model.safetensors, byte 8: the header is cut off. Copy the file again.", error.Message);
    }
}
