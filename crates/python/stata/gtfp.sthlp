{smcl}
{* *! gtfp 0.1.0: untested on Stata}{...}
{title:Title}

{p}{cmd:gtfp} {hline 2} efficiency and productivity with bad outputs{p_end}

{p}{err:These commands are untested on Stata}: they were written against the documentation of Stata 16's module {cmd:sfi} and tested beside a stub of it. Please report what you see.{p_end}

{title:Syntax}

{p 8 8 2}{cmd:gtfp} {ifin}, {cmd:inputs(}{it:varlist}{cmd:)} {cmd:goods(}{it:varlist}{cmd:)} {cmd:unit(}{it:varname}{cmd:)} [{it:options}]{p_end}

{title:Options}

{p 4 8 2}{cmd:inputs(varlist)} quantities of inputs, positive, in any unit{p_end}
{p 4 8 2}{cmd:goods(varlist)} quantities of good outputs{p_end}
{p 4 8 2}{cmd:bads(varlist)} quantities of bad outputs{p_end}
{p 4 8 2}{cmd:unit(varname)} city, firm or the like, number or text{p_end}
{p 4 8 2}{cmd:time(varname)} period, a number whose steps are equal; without it scores of one cross-section and no index{p_end}
{p 4 8 2}{cmd:model(name)} {cmd:ebm} (the default), {cmd:sbm}, {cmd:radial} or {cmd:ddf}{p_end}
{p 4 8 2}{cmd:generate(name)} stem of the new variables; {cmd:tfp} unless said{p_end}
{p 4 8 2}{cmd:options(text)} keys of a study file's [[gtfp]] with their values, separated by commas, texts in single quotes: {cmd:options(rts = 'vrs', malmquist = 'gml')}{p_end}

{title:Description}

{p}Scores each unit by a linear program (Tone and Tsutsui 2010 for {cmd:ebm}, Tone 2003 for {cmd:sbm}), each solved with a certificate, and computes the productivity index with its parts (Oh 2010). Makes {it:name}{cmd:_score_global} ({it:name}{cmd:_score} on another reference than all periods), {it:name}{cmd:_gml} ({it:name}{cmd:_index} where the index is another than the global one), {it:name}{cmd:_ec}, {it:name}{cmd:_tc}, {it:name}{cmd:_gtfp}, {it:name}{cmd:_status} and others, as the model has them.{p_end}

{p}Needs Stata 16 or newer with a Python from 3.11 on ({cmd:python query}, {cmd:python set exec}) in which {cmd:pip install panelstudy} was run. Every number is that of the Python package and of the command line, bit for bit.{p_end}

{title:Stored results}

{p}{cmd:r(N)} observations; {cmd:r(programs)} linear programs; {cmd:r(uncertified)} those without a certificate; {cmd:r(made)} names of the new variables{p_end}

{title:Example}

{phang2}{cmd:. clear}{p_end}
{phang2}{cmd:. input str2 plant year k y so2}{p_end}
{phang2}{cmd:.    "a" 2019 4.0 2.0 1.0}{p_end}
{phang2}{cmd:.    "a" 2020 4.2 2.4 0.9}{p_end}
{phang2}{cmd:.    "b" 2019 7.0 5.0 2.0}{p_end}
{phang2}{cmd:.    "b" 2020 7.1 5.5 2.1}{p_end}
{phang2}{cmd:.    "c" 2019 5.0 3.0 1.0}{p_end}
{phang2}{cmd:.    "c" 2020 5.1 2.9 1.1}{p_end}
{phang2}{cmd:. end}{p_end}
{phang2}{cmd:. gtfp, inputs(k) goods(y) bads(so2) unit(plant) time(year)}{p_end}
{phang2}{cmd:. list plant year tfp_score_global tfp_gml tfp_ec tfp_tc}{p_end}
